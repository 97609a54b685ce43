#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leat {

// A header block as it travels in HPUB and HMSG:
//
//   NATS/1.0[ <3 digits>[ <description>]]\r\n
//   Key: Value\r\n        (any number, keys case-preserving, may repeat)
//   \r\n
//
// A block that a client published is never validated; these readers skip what they cannot read. A
// line ends at CR LF and nowhere else: a CR or an LF alone is part of the value, or whoever may
// fill a value could add headers of their own. The first line is never a header, and a blank line
// is passed over like any other line that is none.

// The first line, whatever it is, with its CR LF where it has one.
std::string_view header_first_line(std::string_view block);

// The value of the first header whose key is exactly `key`, without the blanks before it; nothing
// when the block has no such header.
std::optional<std::string_view> header_value(std::string_view block, std::string_view key);

// Walks the headers of a block in order; the last one may be without its CR LF.
//   for (HeaderCursor cursor(block); cursor.next();) use(cursor.key(), cursor.value());
class HeaderCursor {
 public:
  explicit HeaderCursor(std::string_view block);
  bool next();
  std::string_view key() const { return key_; }
  std::string_view value() const { return value_; }
  std::string_view line() const { return line_; }  // with its CR LF where it has one

 private:
  std::string_view rest_;
  std::string_view key_;
  std::string_view value_;
  std::string_view line_;
};

// Puts a block together in memory that is kept from one block to the next.
//   builder.start(404, "No Messages").finish()
//   builder.start().add("Nats-Stream", name).finish()
class HeaderBuilder {
 public:
  HeaderBuilder& start();
  HeaderBuilder& start(int status, std::string_view description);
  // Continues from a block: its lines without the blank one at the end.
  HeaderBuilder& start_from(std::string_view block);
  // A key or value must not hold CR or LF.
  HeaderBuilder& add(std::string_view key, std::string_view value);
  HeaderBuilder& add(std::string_view key, std::uint64_t value);
  // A line of another block, as HeaderCursor gives it; ends with CR LF here in any case.
  HeaderBuilder& add_line(std::string_view line);
  std::string_view finish();  // valid until the next start

 private:
  std::string block_;
};

}  // namespace leat
