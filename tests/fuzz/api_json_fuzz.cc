// What would be wrong: a request body brings the server down, or what was accepted and kept cannot
// be read again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "proto/api/config_json.h"
#include "proto/api/js_subject.h"
#include "proto/api/pull_request.h"
#include "proto/api/requests.h"
#include "proto/api/validate.h"

namespace {

void read_stream(std::string_view body, leat::JsonStrictness strictness) {
  const auto request = leat::decode_stream_config_request(body, strictness);
  if (!request) return;
  const auto config = leat::normalize_stream_config(*request, {}, {});
  if (!config) return;
  const auto again = leat::decode_stream_config(leat::encode_stream_config(*config));
  LEAT_CHECK(again.has_value() && *again == *config);
}

void read_consumer(std::string_view body, leat::JsonStrictness strictness) {
  auto request = leat::decode_consumer_create_request(body, strictness);
  if (!request) return;
  leat::StreamConfig stream;
  stream.name = request->stream_name;
  stream.subjects = {"s.>"};
  stream.num_replicas = 1;
  leat::ConsumerCreateTarget target;
  target.stream = stream.name;
  if (!leat::check_consumer_target(*request, target)) return;
  const auto config = leat::normalize_consumer_config(request->config, stream, {}, {});
  if (!config) return;
  const auto again = leat::decode_consumer_config(leat::encode_consumer_config(*config));
  LEAT_CHECK(again.has_value() && *again == *config);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  for (const auto strictness : {leat::JsonStrictness::kStrict, leat::JsonStrictness::kLenient}) {
    read_stream(body, strictness);
    read_consumer(body, strictness);
    (void)leat::decode_stream_page_request(body, strictness);
    (void)leat::decode_consumer_page_request(body, strictness);
    (void)leat::decode_stream_info_request(body, strictness);
    (void)leat::decode_purge_request(body, strictness);
    (void)leat::decode_msg_delete_request(body, strictness);
    (void)leat::decode_msg_get_request(body, strictness);
  }
  (void)leat::decode_direct_get_request(body);
  (void)leat::is_empty_request(body);
  const auto pull = leat::parse_pull_request(body);
  LEAT_CHECK(!pull || pull->batch >= 1);
  const leat::JsSubject subject = leat::parse_js_subject(body);
  LEAT_CHECK(subject.stream.size() + subject.consumer.size() + subject.rest.size() <= size);
  return 0;
}
