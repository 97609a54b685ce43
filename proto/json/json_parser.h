#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/json/json_reader.h"
#include "proto/json/json_value.h"

namespace leat::internal {

// Reads one value into nodes, without recursion. Lives for one call of a parse function.
class JsonParser {
 public:
  explicit JsonParser(std::string_view text) : text_(text) {}

  // Reads the first value. False: error() says why not.
  bool read_value();
  // After read_value: only white space may follow.
  bool read_end();

  std::size_t consumed() const { return at_; }
  const JsonSyntaxError& error() const { return error_; }
  JsonDocument take_document();

 private:
  enum class Expected {
    kValue,
    kFirstElement,  // a value, or the end of an empty array
    kFirstKey,      // a key, or the end of an empty object
    kKey,
    kColon,
    kAfterElement,
    kAfterMember,
    kNothing,  // the value is complete
  };

  // Each reads from at_ on, which is not the end, and returns false after an error.
  bool step();
  bool read_any();
  bool read_key();
  bool read_string();
  bool read_escape();
  bool read_number();
  bool read_digits(std::string_view context);
  bool read_word(std::string_view word, JsonKind kind);
  bool read_separator(char closing, Expected after_comma, std::string_view context);
  bool open(JsonKind kind);
  void close();

  void begin_node(JsonKind kind);
  void end_node(std::uint32_t index);
  void value_ended();
  void skip_white_space();
  bool at_end() const { return at_ == text_.size(); }
  bool refuse(std::string_view context);  // the character at at_
  bool cut_off();
  bool cut_off(std::string_view context);  // inside a number, word or escape

  std::string_view text_;
  std::size_t at_ = 0;
  Expected expected_ = Expected::kValue;
  std::vector<JsonNode> nodes_;
  std::vector<std::uint32_t> open_;  // nodes of the objects and arrays that are not closed yet
  std::string decoded_;              // strings whose meaning differs from how they are written
  JsonSyntaxError error_;
};

}  // namespace leat::internal
