#include "core/runtime/iana_time_zones.h"

#include <absl/time/time.h>

#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace leat {

namespace {

class AbslTimeZone final : public TimeZone {
 public:
  explicit AbslTimeZone(absl::TimeZone zone) : zone_(zone) {}
  std::int64_t offset_s(std::int64_t unix_s) const override {
    return zone_.At(absl::FromUnixSeconds(unix_s)).offset;
  }

 private:
  absl::TimeZone zone_;
};

std::optional<absl::TimeZone> load(const std::string& directory, std::string_view name) {
  if (name == "UTC") return absl::UTCTimeZone();
  if (name == "Local") return absl::LocalTimeZone();
  if (name.empty() || name.front() == '/' || name.find("..") != std::string_view::npos ||
      name.find('\\') != std::string_view::npos || name.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  // The library would remember a name that it does not find, too.
  const std::string path = directory + "/" + std::string(name);
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(path, &zone)) return std::nullopt;
  return zone;
}

}  // namespace

const TimeZone* IanaTimeZones::find(std::string_view name) {
  const MutexLock lock(mutex_);
  const auto found = found_.find(name);
  if (found != found_.end()) return found->second.get();
  const std::optional<absl::TimeZone> zone = load(directory_, name);
  if (!zone) return nullptr;
  return found_.emplace(std::string(name), std::make_unique<AbslTimeZone>(*zone))
      .first->second.get();
}

}  // namespace leat
