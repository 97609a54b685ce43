// What would be wrong: a configuration file brings the server down instead of being refused.
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/config/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const leat::ConfigEnvironment world{
      .read_file = [&](const std::string& path) -> leat::Result<std::string> {
        if (path == "fuzz.conf") return text;
        return leat::failure(leat::ErrorKind::kIo, "open " + path + ": no such file or directory");
      },
      .variable = [](const std::string& name) -> std::optional<std::string> {
        if (name == "SELF") return "$SELF";
        return std::nullopt;
      }};
  const leat::LoadedConfig loaded = leat::load_config("fuzz.conf", world);
  if (loaded.errors.empty()) (void)leat::check_options(loaded.options);
  return 0;
}
