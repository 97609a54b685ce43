#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

// The rules of header blocks once more, as searches in a text that know nothing but CR LF. Slow and
// plain, and of no use to the server: what its readers say is compared with this.
namespace leat::twin {

inline constexpr std::string_view kLineEnd = "\r\n";

// Where the line of this header begins; npos: there is none.
inline std::size_t header_at(const std::string& block, std::string_view name) {
  const std::size_t at = block.find(std::string(kLineEnd).append(name).append(":"));
  return at == std::string::npos ? at : at + kLineEnd.size();
}

inline std::optional<std::string> header_value(const std::string& block, std::string_view name) {
  const std::size_t at = header_at(block, name);
  if (at == std::string::npos) return std::nullopt;
  std::string value = block.substr(at + name.size() + 1);
  value.erase(std::min(value.find(kLineEnd), value.size()));
  while (value.starts_with(' ')) value.erase(0, 1);
  return value;
}

// The block as it is stored.
inline std::string stored(std::string block) {
  constexpr std::string_view kVersion = "NATS/1.0";
  constexpr std::string_view kInfo = "Nats-Request-Info";
  const std::string before = block;
  if (const std::size_t cr = block.find('\r'); block.starts_with(kVersion) && cr != block.npos) {
    block.erase(kVersion.size(), cr - kVersion.size());
  }
  while (true) {
    const std::size_t at = header_at(block, kInfo);
    const std::size_t end = at == block.npos ? at : block.find(kLineEnd, at);
    if (end == block.npos) break;
    block.erase(at, end + kLineEnd.size() - at);
  }
  constexpr std::size_t kNothingLeft = kVersion.size() + 2 * kLineEnd.size();
  return block == before || block.size() > kNothingLeft ? block : std::string();
}

// The text without any CR LF in it.
inline std::string as_value(std::string text) {
  for (std::size_t at = text.find(kLineEnd); at != text.npos; at = text.find(kLineEnd)) {
    text.erase(at, kLineEnd.size());
  }
  return text;
}

}  // namespace leat::twin
