#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "proto/api/errors.h"
#include "proto/api/info.h"
#include "proto/api/js_subject.h"

namespace leat {

// Bodies of API answers, in Go's field order. `now` is shown as `ts`.

// Page sizes of the lists.
inline constexpr std::int64_t kNamesPerPage = 1024;
inline constexpr std::int64_t kInfosPerPage = 256;
inline constexpr std::int64_t kSubjectsPerPage = 100'000;

struct Page {
  std::int64_t total = 0;
  std::int64_t offset = 0;
  std::int64_t limit = 0;
};

// The error, with the empty fields that the endpoint's type always shows.
std::string error_reply(JsEndpoint endpoint, const ApiError& error);

// `success: true` of the deletions.
std::string success_reply(JsEndpoint endpoint);
std::string purge_reply(std::uint64_t purged);
std::string account_info_reply(const AccountInfo& info);

std::string stream_create_reply(const StreamInfo& info, WallNs now);
std::string stream_update_reply(const StreamInfo& info, WallNs now);
// `leader` is the name of this server.
std::string stream_info_reply(const StreamInfo& info, const Page& subjects, std::string_view leader,
                              WallNs now);
std::string stream_names_reply(std::span<const std::string> names, const Page& page);
std::string stream_list_reply(std::span<const StreamInfo> infos, const Page& page, WallNs now);
std::string msg_get_reply(const StoredMessageInfo& message);

std::string consumer_create_reply(const ConsumerInfo& info, WallNs now);
std::string consumer_info_reply(const ConsumerInfo& info, WallNs now);
std::string consumer_names_reply(std::span<const std::string> names, const Page& page);
std::string consumer_list_reply(std::span<const ConsumerInfo> infos, const Page& page, WallNs now);

}  // namespace leat
