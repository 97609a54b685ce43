#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "proto/api/consumer_config.h"
#include "proto/api/errors.h"
#include "proto/api/stream_config.h"

namespace leat {

// Strict: a field that nobody knows is an error (10025), as the server answers by default.
enum class JsonStrictness : std::uint8_t { kStrict, kLenient };

struct StreamConfigRequest {
  StreamConfig config{};
  bool pedantic = false;  // refuse what would be put right silently
};

enum class ConsumerAction : std::uint8_t { kCreateOrUpdate, kCreate, kUpdate };

struct ConsumerCreateRequest {
  std::string stream_name{};
  ConsumerConfig config{};
  ConsumerAction action = ConsumerAction::kCreateOrUpdate;
  bool pedantic = false;  // refuse what would be put right silently
};

// STREAM.NAMES and LIST, CONSUMER.NAMES and LIST.
struct PageRequest {
  std::int64_t offset = 0;
  std::string subject{};  // streams only
};

struct StreamInfoRequest {
  std::int64_t offset = 0;
  bool deleted_details = false;
  std::string subjects_filter{};
};

struct PurgeRequest {
  std::string filter{};
  StreamSeq seq{};  // exclusive upper bound; none: no bound
  std::uint64_t keep = 0;
};

struct MsgDeleteRequest {
  StreamSeq seq{};
  bool no_erase = false;
};

// STREAM.MSG.GET and DIRECT.GET.
struct MsgGetRequest {
  StreamSeq seq{};
  std::string last_by_subj{};
  std::string next_by_subj{};
  std::optional<WallNs> start_time{};
  std::int64_t batch = 0;
  std::int64_t max_bytes = 0;
  std::vector<std::string> multi_last{};
  StreamSeq up_to_seq{};
  std::optional<WallNs> up_to_time{};
  bool no_hdr = false;
};

// Each reads the body of one endpoint. A body that stands for "nothing asked" gives the defaults;
// the error is 10025 with Go's text.
ApiResult<StreamConfigRequest> decode_stream_config_request(std::string_view body,
                                                            JsonStrictness strictness);
ApiResult<ConsumerCreateRequest> decode_consumer_create_request(std::string_view body,
                                                                JsonStrictness strictness);
ApiResult<PageRequest> decode_stream_page_request(std::string_view body, JsonStrictness strictness);
ApiResult<PageRequest> decode_consumer_page_request(std::string_view body,
                                                    JsonStrictness strictness);
ApiResult<StreamInfoRequest> decode_stream_info_request(std::string_view body,
                                                        JsonStrictness strictness);
ApiResult<PurgeRequest> decode_purge_request(std::string_view body, JsonStrictness strictness);
ApiResult<MsgDeleteRequest> decode_msg_delete_request(std::string_view body,
                                                      JsonStrictness strictness);
// Refuses combinations that select nothing or two things (10003).
ApiResult<MsgGetRequest> decode_msg_get_request(std::string_view body, JsonStrictness strictness);

// The body of DIRECT.GET; never strict. Nothing when it is no JSON object of the right types.
std::optional<MsgGetRequest> decode_direct_get_request(std::string_view body);

// True for a body of no bytes, or an object without members: what "must be empty" allows.
bool is_empty_request(std::string_view body);

}  // namespace leat
