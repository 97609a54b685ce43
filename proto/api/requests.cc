#include "proto/api/requests.h"

#include <utility>

#include "proto/api/config_schema.h"
#include "proto/json/json_space.h"

namespace leat {

namespace {

template <typename Request>
ApiResult<Request> decode_request(std::string_view body, JsonStrictness strictness,
                                  const JsonSchema<Request>& schema) {
  Request request;
  Status status;
  if (strictness == JsonStrictness::kStrict) {
    status = decode_json_request(body, schema, request);
  } else if (!body.empty()) {
    status = decode_json(body, schema, request);
  }
  if (!status) return api_failure(ApiErrorCode::kInvalidJSON, {status.error().text});
  return request;
}

// Endpoints with a body that may be left out look at it only when it begins like JSON.
bool has_json_body(std::string_view body) {
  for (const char c : body) {
    if (!is_json_space(c)) return c == '{' || c == '[';
  }
  return false;
}

template <typename Request>
ApiResult<Request> decode_optional_request(std::string_view body, JsonStrictness strictness,
                                           const JsonSchema<Request>& schema) {
  if (!has_json_body(body)) return Request{};
  return decode_request(body, strictness, schema);
}

void decode_action(const JsonValue& value, JsonDecoder& decoder, ConsumerCreateRequest& request) {
  const bool is_text = value.kind() == JsonKind::kString;
  if (is_text && value.text().empty()) {
    request.action = ConsumerAction::kCreateOrUpdate;
  } else if (is_text && value.text() == "create") {
    request.action = ConsumerAction::kCreate;
  } else if (is_text && value.text() == "update") {
    request.action = ConsumerAction::kUpdate;
  } else {
    decoder.fail("unknown consumer action: " + std::string(value.raw()));
  }
}

// Go's requests with pages embed the offset.
struct Paged {
  std::int64_t offset = 0;
};

const JsonSchema<Paged>& paged_schema() {
  static const auto kSchema =
      JsonSchema<Paged>("ApiPagedRequest").field("offset", &Paged::offset, "int");
  return kSchema;
}

struct StreamPage {
  Paged paged;
  std::string subject;
};

struct ConsumerPage {
  Paged paged;
};

struct InfoPage {
  Paged paged;
  bool deleted_details = false;
  std::string subjects_filter;
};

template <auto Member, typename Struct>
auto seq_decoder() {
  return [](const JsonValue& value, JsonDecoder& decoder, Struct& request) {
    decode_value(value, "uint64", decoder, (request.*Member).value);
  };
}

template <auto Member, typename Struct>
auto time_decoder() {
  return [](const JsonValue& value, JsonDecoder& decoder, Struct& request) {
    decode_time(value, decoder, request.*Member);
  };
}

const JsonSchema<MsgGetRequest>& msg_get_schema() {
  using R = MsgGetRequest;
  static const auto kSchema = JsonSchema<R>("JSApiMsgGetRequest")
                                  .custom("seq", seq_decoder<&R::seq, R>())
                                  .field("last_by_subj", &R::last_by_subj)
                                  .field("next_by_subj", &R::next_by_subj)
                                  .field("batch", &R::batch, "int")
                                  .field("max_bytes", &R::max_bytes, "int")
                                  .custom("start_time", time_decoder<&R::start_time, R>())
                                  .field("multi_last", &R::multi_last)
                                  .custom("up_to_seq", seq_decoder<&R::up_to_seq, R>())
                                  .custom("up_to_time", time_decoder<&R::up_to_time, R>())
                                  .field("no_hdr", &R::no_hdr);
  return kSchema;
}

// Exactly one thing is asked for, and nothing that only direct get knows.
bool is_answerable(const MsgGetRequest& request) {
  const bool has_seq = static_cast<bool>(request.seq);
  const bool has_last = !request.last_by_subj.empty();
  const bool has_next = !request.next_by_subj.empty();
  const bool has_time = request.start_time.has_value();
  const bool is_batch = request.batch != 0 || request.max_bytes != 0 ||
                        !request.multi_last.empty() || request.up_to_seq || request.up_to_time;
  if (is_batch || (!has_seq && !has_last && !has_next && !has_time)) return false;
  if (has_last && (has_seq || has_next || has_time)) return false;
  return !(has_seq && has_time);
}

}  // namespace

ApiResult<StreamConfigRequest> decode_stream_config_request(std::string_view body,
                                                            JsonStrictness strictness) {
  using R = StreamConfigRequest;
  static const auto kSchema = JsonSchema<R>("StreamConfigRequest")
                                  .embed(&R::config, stream_config_schema())
                                  .field("pedantic", &R::pedantic);
  return decode_request(body, strictness, kSchema);
}

ApiResult<ConsumerCreateRequest> decode_consumer_create_request(std::string_view body,
                                                                JsonStrictness strictness) {
  using R = ConsumerCreateRequest;
  static const auto kSchema = JsonSchema<R>("CreateConsumerRequest")
                                  .field("stream_name", &R::stream_name)
                                  .object("config", &R::config, consumer_config_schema())
                                  .custom("action", decode_action)
                                  .field("pedantic", &R::pedantic);
  return decode_request(body, strictness, kSchema);
}

ApiResult<PageRequest> decode_stream_page_request(std::string_view body,
                                                  JsonStrictness strictness) {
  static const auto kSchema = JsonSchema<StreamPage>("JSApiStreamNamesRequest")
                                  .embed(&StreamPage::paged, paged_schema())
                                  .field("subject", &StreamPage::subject);
  auto page = decode_optional_request(body, strictness, kSchema);
  if (!page) return tl::unexpected(std::move(page).error());
  return PageRequest{.offset = page->paged.offset, .subject = std::move(page->subject)};
}

ApiResult<PageRequest> decode_consumer_page_request(std::string_view body,
                                                    JsonStrictness strictness) {
  static const auto kSchema =
      JsonSchema<ConsumerPage>("JSApiConsumersRequest").embed(&ConsumerPage::paged, paged_schema());
  auto page = decode_optional_request(body, strictness, kSchema);
  if (!page) return tl::unexpected(std::move(page).error());
  return PageRequest{.offset = page->paged.offset};
}

ApiResult<StreamInfoRequest> decode_stream_info_request(std::string_view body,
                                                        JsonStrictness strictness) {
  static const auto kSchema = JsonSchema<InfoPage>("JSApiStreamInfoRequest")
                                  .embed(&InfoPage::paged, paged_schema())
                                  .field("deleted_details", &InfoPage::deleted_details)
                                  .field("subjects_filter", &InfoPage::subjects_filter);
  auto page = decode_optional_request(body, strictness, kSchema);
  if (!page) return tl::unexpected(std::move(page).error());
  return StreamInfoRequest{.offset = page->paged.offset,
                           .deleted_details = page->deleted_details,
                           .subjects_filter = std::move(page->subjects_filter)};
}

ApiResult<PurgeRequest> decode_purge_request(std::string_view body, JsonStrictness strictness) {
  using R = PurgeRequest;
  static const auto kSchema = JsonSchema<R>("JSApiStreamPurgeRequest")
                                  .custom("seq", seq_decoder<&R::seq, R>())
                                  .field("filter", &R::filter)
                                  .field("keep", &R::keep);
  auto request = decode_optional_request(body, strictness, kSchema);
  if (request && request->seq && request->keep != 0) return api_failure(ApiErrorCode::kBadRequest);
  return request;
}

ApiResult<MsgDeleteRequest> decode_msg_delete_request(std::string_view body,
                                                      JsonStrictness strictness) {
  using R = MsgDeleteRequest;
  static const auto kSchema = JsonSchema<R>("JSApiMsgDeleteRequest")
                                  .custom("seq", seq_decoder<&R::seq, R>())
                                  .field("no_erase", &R::no_erase);
  if (is_empty_request(body)) return api_failure(ApiErrorCode::kBadRequest);
  return decode_request(body, strictness, kSchema);
}

ApiResult<MsgGetRequest> decode_msg_get_request(std::string_view body, JsonStrictness strictness) {
  if (is_empty_request(body)) return api_failure(ApiErrorCode::kBadRequest);
  auto request = decode_request(body, strictness, msg_get_schema());
  if (request && !is_answerable(*request)) return api_failure(ApiErrorCode::kBadRequest);
  return request;
}

std::optional<MsgGetRequest> decode_direct_get_request(std::string_view body) {
  MsgGetRequest request;
  if (!decode_json(body, msg_get_schema(), request)) return std::nullopt;
  return request;
}

bool is_empty_request(std::string_view body) {
  if (body.empty()) return true;
  const Result<JsonDocument> document = parse_json(body);
  return document && document->root().kind() == JsonKind::kObject && document->root().size() == 0;
}

}  // namespace leat
