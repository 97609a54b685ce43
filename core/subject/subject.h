#pragma once

#include <cstddef>
#include <string_view>

namespace leat {

// Subjects are tokens joined by dots. `*` stands for one token and `>` for one or more at the end,
// but only as whole tokens: `foo*` and `a>b` are plain text. Nothing here allocates.

// The wildcards: any one token, and one or more to the end.
inline constexpr std::string_view kOneToken = "*";
inline constexpr std::string_view kAllTokens = ">";

// Walks the tokens of a subject. An empty subject has one empty token, as in Go's split.
class SubjectTokens {
 public:
  explicit SubjectTokens(std::string_view subject) : rest_(subject) {}

  bool at_end() const { return at_end_; }
  // The next token; only when not at_end().
  std::string_view next() {
    const std::size_t dot = rest_.find('.');
    const std::string_view token = rest_.substr(0, dot);
    at_end_ = dot == std::string_view::npos;
    rest_ = at_end_ ? std::string_view() : rest_.substr(dot + 1);
    return token;
  }
  // What has not been walked yet, without the dot before it.
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool at_end_ = false;
};

// May be subscribed to, or be the subject of a stream or a filter: no empty token, no white space,
// nothing after `>`.
bool is_valid_subject(std::string_view subject);
// The same, and without wildcards: names exactly one subject.
bool is_literal_subject(std::string_view subject);
// Has a token that is `*` or `>`, whatever else is wrong with it.
bool has_wildcards(std::string_view subject);

// Has a token of no characters, and so reaches nobody.
bool has_empty_token(std::string_view subject);

// Whether a message on `subject` reaches `pattern`. A `*` or `>` in the subject is plain text. A
// subject with an empty token reaches nothing.
bool subject_matches(std::string_view pattern, std::string_view subject);
// Whether some subject matches both patterns.
bool subjects_collide(std::string_view a, std::string_view b);
// Whether everything that matches `inner` also matches `outer`.
bool is_subset(std::string_view inner, std::string_view outer);

}  // namespace leat
