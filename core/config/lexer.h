#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace leat {

enum class ConfigTokenKind {
  kKey,
  kString,
  kBool,
  kInteger,  // with its size suffix
  kFloat,
  kDatetime,
  kVariable,  // without the dollar sign
  kInclude,   // the path
  kArrayStart,
  kArrayEnd,
  kMapStart,
  kMapEnd,
  kEnd,
  kError,  // the sentence; nothing follows
};

struct ConfigToken {
  ConfigTokenKind kind = ConfigTokenKind::kEnd;
  std::string text;
  int line = 1;
  int column = 0;  // see ConfigPosition
};

// Cuts a text in the NATS configuration language into tokens.
//
//   key = value     key: value     key value     key { ... }     include "path"
//   values: text, 'raw', "escaped \n \x41", (block), 12, 64MB, 0.5, true, $VARIABLE, [ ], { }
//   ends of an entry: newline, comma, semicolon;  comments: # and // to the end of the line
//
// Owned and used by one parser. Between calls `state_` says what may stand at `position_`, and
// `open_` holds the maps and arrays around it.
class ConfigLexer {
 public:
  explicit ConfigLexer(std::string_view text) : text_(text) {}
  ConfigToken next();

 private:
  enum class State {
    kTopKey,
    kMapKey,
    kValue,
    kMapValue,
    kArrayItem,
    kTopEnd,
    kMapEnd,
    kArrayEnd,
    kBlockEnd
  };
  enum class Container { kMap, kArray };
  static constexpr int kNothing = -1;

  int peek() const;
  int take();
  // One step of the automaton; true when `token_` holds what next() returns.
  bool step();
  bool step_top_key();
  bool step_map_key();
  bool step_value();
  bool step_map_value();
  bool step_array_item();
  bool step_top_end();
  bool step_map_end();
  bool step_array_end();
  bool step_block_end();
  bool close_block();

  bool lex_key(State after);
  bool lex_quoted_key(int quote);
  bool lex_include();
  bool lex_value();
  bool lex_number();
  bool lex_negative_number();
  bool lex_float();
  bool lex_suffixed_integer();
  bool lex_datetime();
  bool lex_bare();
  bool lex_raw();
  bool lex_quoted();
  bool lex_block();
  bool lex_escape(std::string& into);
  bool lex_hex_escape(std::string& into);
  bool finish_bare(std::string word, bool plain);
  bool fail_open_quote(std::size_t part, std::size_t word_bytes);
  void count_back(std::size_t word_bytes);
  bool emit_text(std::string word);

  bool at_space() const;
  bool skip_space();    // true when one stood at `position_`
  bool skip_comment();  // true when one stood at `position_`
  void begin();         // marks the start of a token
  bool emit(ConfigTokenKind kind, std::string text);
  bool emit_value(ConfigTokenKind kind, std::string text);
  bool open(Container container);
  bool close();
  bool fail(std::string text);
  std::string shown(int byte) const;
  std::string_view since_begin() const;
  State after_value() const;

  std::string_view text_;
  std::size_t position_ = 0;
  std::size_t line_start_ = 0;  // position of the newline before the current line
  int line_ = 1;
  std::size_t token_start_ = 0;
  State state_ = State::kTopKey;
  std::vector<Container> open_;
  int blocks_ = 0;  // braces around entries of the top level that are open
  ConfigToken token_;
};

}  // namespace leat
