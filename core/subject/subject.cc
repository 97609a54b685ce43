#include "core/subject/subject.h"

#include <algorithm>

namespace leat {

namespace {

bool is_wildcard(std::string_view token) { return token == kOneToken || token == kAllTokens; }

}  // namespace

bool is_valid_subject(std::string_view subject) {
  if (subject.find_first_of(" \t\r\n\f") != std::string_view::npos) return false;
  bool is_ended = false;
  for (SubjectTokens tokens(subject); !tokens.at_end();) {
    const std::string_view token = tokens.next();
    if (token.empty() || is_ended) return false;
    is_ended = token == kAllTokens;
  }
  return true;
}

bool is_literal_subject(std::string_view subject) {
  return is_valid_subject(subject) && !has_wildcards(subject);
}

bool has_wildcards(std::string_view subject) {
  if (subject.find_first_of("*>") == std::string_view::npos) return false;
  for (SubjectTokens tokens(subject); !tokens.at_end();) {
    if (is_wildcard(tokens.next())) return true;
  }
  return false;
}

bool has_empty_token(std::string_view subject) {
  return subject.empty() || subject.front() == '.' || subject.back() == '.' ||
         subject.find("..") != std::string_view::npos;
}

bool subject_matches(std::string_view pattern, std::string_view subject) {
  // Most subjects that do not match differ at the end, many in the last byte.
  const char end = pattern.empty() ? '\0' : pattern.back();
  const bool is_end_fixed = end != kOneToken.front() && end != kAllTokens.front();
  if (is_end_fixed && (subject.empty() || subject.back() != end)) return false;
  const std::string_view last = pattern.substr(pattern.rfind('.') + 1);
  if (last != kOneToken && last != kAllTokens && !subject.ends_with(last)) return false;
  SubjectTokens wanted(pattern);
  SubjectTokens given(subject);
  while (!wanted.at_end() && !given.at_end()) {
    const std::string_view token = wanted.next();
    if (token == kAllTokens) return wanted.at_end() && !has_empty_token(subject);
    if (token != given.next() && token != kOneToken) return false;
  }
  return wanted.at_end() && given.at_end() && !has_empty_token(subject);
}

bool subjects_collide(std::string_view a, std::string_view b) {
  SubjectTokens of_a(a);
  SubjectTokens of_b(b);
  while (!of_a.at_end() && !of_b.at_end()) {
    const std::string_view token_a = of_a.next();
    const std::string_view token_b = of_b.next();
    if (token_a == kAllTokens || token_b == kAllTokens) return true;
    if (token_a != token_b && token_a != kOneToken && token_b != kOneToken) return false;
  }
  return of_a.at_end() && of_b.at_end();
}

bool is_subset(std::string_view inner, std::string_view outer) {
  SubjectTokens of_inner(inner);
  SubjectTokens of_outer(outer);
  while (!of_inner.at_end() && !of_outer.at_end()) {
    const std::string_view token = of_inner.next();
    const std::string_view covering = of_outer.next();
    if (covering == kAllTokens) return true;
    if (token == kAllTokens) return false;
    if (token != covering && covering != kOneToken) return false;
  }
  return of_inner.at_end() && of_outer.at_end();
}

}  // namespace leat
