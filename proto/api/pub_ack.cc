#include "proto/api/pub_ack.h"

#include <charconv>
#include <cstring>

#include "core/base/check.h"
#include "proto/json/json_writer.h"

namespace leat {

namespace {

// A writer into a buffer that is known to be large enough.
class Cursor {
 public:
  explicit Cursor(std::span<char> out) : begin_(out.data()), at_(begin_), end_(at_ + out.size()) {}

  void put(std::string_view text) {
    LEAT_CHECK(static_cast<std::size_t>(end_ - at_) >= text.size());
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void put_number(std::uint64_t number) {
    const auto result = std::to_chars(at_, end_, number);
    LEAT_CHECK(result.ec == std::errc());
    at_ = result.ptr;
  }
  // A stream's name inside a JSON string. Names are nearly always plain; what is not becomes
  // \u00xx.
  void put_escaped(std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte >= 0x20 && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&') {
        put({&c, 1});
        continue;
      }
      const char escaped[] = {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
      put({escaped, sizeof(escaped)});
    }
  }
  std::string_view view() const { return {begin_, static_cast<std::size_t>(at_ - begin_)}; }

 private:
  char* begin_;
  char* at_;
  char* end_;
};

}  // namespace

std::string_view format_pub_ack(const PubAck& ack, std::span<char> out) {
  if (out.size() < kPubAckBytes + 6 * (ack.stream.size() + ack.domain.size())) return {};
  Cursor cursor(out);
  cursor.put(R"({"stream":")");
  cursor.put_escaped(ack.stream);
  if (!ack.domain.empty()) {
    cursor.put(R"(","domain":")");
    cursor.put_escaped(ack.domain);
  }
  cursor.put(R"(","seq":)");
  cursor.put_number(ack.seq.value);
  cursor.put(ack.is_duplicate ? R"(,"duplicate": true})" : "}");
  return cursor.view();
}

std::string pub_ack_error(std::string_view stream, const ApiError& error) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("error").begin_object();
  json.field("code", error.http_code)
      .field("err_code", static_cast<int>(error.err_code))
      .field_if_set("description", error.description)
      .end_object();
  json.field("stream", stream).field("seq", 0).end_object();
  return out;
}

}  // namespace leat
