#include "streams/core/admit.h"

#include "core/base/limits.h"
#include "core/base/result.h"
#include "proto/client/headers.h"

namespace leat {

namespace {

constexpr std::string_view kHeadersWithoutFields = "NATS/1.0\r\n\r\n";

ApiErrorCode refused_header(UnbuiltPublishHeader header) {
  switch (header) {
    case UnbuiltPublishHeader::kBatch:
      return ApiErrorCode::kAtomicPublishDisabled;
    case UnbuiltPublishHeader::kCounter:
      return ApiErrorCode::kMessageIncrDisabled;
    case UnbuiltPublishHeader::kInvalidCounter:
      return ApiErrorCode::kMessageIncrInvalid;
    case UnbuiltPublishHeader::kNone:
      break;
  }
  return ApiErrorCode::kNone;
}

ApiErrorCode refused_size(const StreamConfig& config, const PublishFacts& facts) {
  if (facts.header_bytes > limits::kStoredHeaderBytes)
    return ApiErrorCode::kStreamHeaderExceedsMaximum;
  if (config.max_msg_size < 0) return ApiErrorCode::kNone;
  const auto max = static_cast<std::size_t>(config.max_msg_size);
  const bool is_too_large =
      facts.header_bytes > max || facts.payload_bytes > max - facts.header_bytes;
  return is_too_large ? ApiErrorCode::kStreamMessageExceedsMaximum : ApiErrorCode::kNone;
}

ApiErrorCode refused_ttl(const StreamConfig& config, const MessageTtl& ttl) {
  // What cannot be read is named first, whether or not the stream takes TTLs.
  if (ttl.kind == MessageTtl::Kind::kInvalid) return ApiErrorCode::kMessageTTLInvalid;
  if (ttl.kind != MessageTtl::Kind::kNone && !config.allow_msg_ttl) {
    return ApiErrorCode::kMessageTTLDisabled;
  }
  return ApiErrorCode::kNone;
}

// What comes before the schedules.
ApiErrorCode refused(const StreamConfig& config, const PublishHeaders& headers,
                     const PublishFacts& facts) {
  if (config.sealed) return ApiErrorCode::kStreamSealed;
  const ApiErrorCode size = refused_size(config, facts);
  if (size != ApiErrorCode::kNone) return size;
  if (headers.unbuilt == UnbuiltPublishHeader::kCounter ||
      headers.unbuilt == UnbuiltPublishHeader::kInvalidCounter) {
    return refused_header(headers.unbuilt);
  }
  if (!headers.expected_stream.empty() && headers.expected_stream != config.name) {
    return ApiErrorCode::kStreamNotMatch;
  }
  const ApiErrorCode ttl = refused_ttl(config, headers.ttl);
  if (ttl != ApiErrorCode::kNone) return ttl;
  if (!headers.expected_last_subject_seq_subject.empty() &&
      !headers.expected_last_subject_seq.is_set) {
    return ApiErrorCode::kStreamExpectedLastSeqPerSubjectInvalid;
  }
  return ApiErrorCode::kNone;
}

}  // namespace

ApiResult<Admission> admit(const StreamConfig& config, const PublishHeaders& headers,
                           const PublishFacts& facts) {
  const ApiErrorCode code = refused(config, headers, facts);
  if (code != ApiErrorCode::kNone) return api_failure(code);
  LEAT_TRY_ASSIGN(const Admission admission, admit_schedule(config, headers, facts));
  if (headers.unbuilt != UnbuiltPublishHeader::kNone) {
    return api_failure(refused_header(headers.unbuilt));
  }
  if (headers.has_stream_source) {
    return api_failure(ApiErrorCode::kMessageSourceHdrNotAllowed);
  }
  return admission;
}

bool fits(const StreamConfig& config, const PublishFacts& facts) {
  return refused_size(config, facts) == ApiErrorCode::kNone;
}

StoredHeaders stored_headers(std::string_view block, const PublishHeaders& headers,
                             std::string& room) {
  if (headers.status_part.empty() && headers.request_info_line.empty()) return {.headers = block};
  room.clear();
  std::size_t kept = 0;
  const auto leave_out = [&](std::string_view part) {
    const auto begin = static_cast<std::size_t>(part.data() - block.data());
    room += block.substr(kept, begin - kept);
    kept = begin + part.size();
  };
  if (!headers.status_part.empty()) leave_out(headers.status_part);
  for (HeaderCursor header(block); header.next();) {
    if (is_request_info(header.key(), header.line())) leave_out(header.line());
  }
  const StoredHeaders stored{.headers = room, .headers_rest = block.substr(kept)};
  return stored.size() <= kHeadersWithoutFields.size() ? StoredHeaders() : stored;
}

}  // namespace leat
