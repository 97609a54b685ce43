#include "core/session/domain_mapping.h"

#include <algorithm>
#include <array>

namespace leat {

namespace {

constexpr std::string_view kPrefix = "$JS.";
constexpr std::string_view kApi = ".API.";
// What may follow; all else under a domain is a subject like any other.
constexpr std::array<std::string_view, 6> kApis = {"STREAM.", "CONSUMER.", "DIRECT.",
                                                   "META.",   "SERVER.",   "ACCOUNT."};
constexpr std::array<std::string_view, 2> kBuckets = {"$KV.", "$OBJ."};

template <std::size_t kCount>
bool begins_with_one_of(std::string_view text,
                        const std::array<std::string_view, kCount>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [text](std::string_view prefix) {
    return text.starts_with(prefix) && text.size() > prefix.size();
  });
}

}  // namespace

std::string_view without_domain(std::string_view subject, std::string_view domain,
                                std::string& room) {
  std::string_view rest = subject;
  for (const std::string_view part : {kPrefix, domain, kApi}) {
    if (!rest.starts_with(part)) return subject;
    rest.remove_prefix(part.size());
  }
  if (begins_with_one_of(rest, kBuckets)) return rest;
  if (rest != "INFO" && !begins_with_one_of(rest, kApis)) return subject;
  room.assign("$JS.API.").append(rest);
  return room;
}

}  // namespace leat
