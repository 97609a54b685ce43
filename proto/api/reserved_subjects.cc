#include "proto/api/reserved_subjects.h"

#include <algorithm>

namespace leat {

namespace {

constexpr std::string_view kJsPrefix = "$JS.";

bool begins_beyond(std::string_view subject, std::string_view prefix) {
  return subject.size() > prefix.size() && subject.starts_with(prefix);
}

bool is_reply_of_servers(std::string_view subject) {
  return subject.starts_with("_R_.") || is_gateway_reply(subject);
}

// The token that begins at `from`; empty: there is none.
std::string_view token_at(std::string_view subject, std::size_t from) {
  subject.remove_prefix(std::min(from, subject.size()));
  return subject.substr(0, subject.find('.'));
}

}  // namespace

bool is_gateway_reply(std::string_view subject) {
  return begins_beyond(subject, "_GR_.") || begins_beyond(subject, "$GR.");
}

bool is_api_request(std::string_view subject) {
  if (!subject.starts_with(kJsPrefix)) return false;
  const std::string_view second = token_at(subject, kJsPrefix.size());
  return second == "API" || token_at(subject, kJsPrefix.size() + second.size() + 1) == "API";
}

bool is_reserved_destination(std::string_view subject) {
  if (is_reply_of_servers(subject) || is_api_request(subject)) return true;
  if (!subject.starts_with(kJsPrefix)) return false;
  return is_reserved_domain(token_at(subject, kJsPrefix.size()));
}

bool is_reserved_domain(std::string_view name) {
  return name == "ACK" || name == "FC" || name == "SNAPSHOT" || name == "EVENT";
}

bool is_reserved_reply(std::string_view reply) {
  return is_reply_of_servers(reply) || begins_beyond(reply, kJsPrefix);
}

}  // namespace leat
