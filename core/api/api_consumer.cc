#include "core/api/api_consumer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/api/api_desk.h"
#include "proto/api/replies.h"
#include "proto/api/validate.h"

namespace leat {

namespace {

// A consumer's name in an advisory, which is made after the change.
struct ConsumerEvent {
  std::string consumer;
  AssetAction action;
};

void publish_action(ApiDesk& desk, const ApiCall& call, const ConsumerEvent& event) {
  std::string id;
  desk.publish(call.account(), consumer_action_advisory(desk.stamp(id), call.stream(),
                                                        event.consumer, event.action));
}

// Answers when every shard has taken the change of interest, so that who reads the answer reaches
// the consumer from anywhere.
void answer_when_taken(ApiDesk& desk, ApiCall call, std::string reply) {
  Router& router = desk.deps().router;
  router.when_taken(
      router.other_shards(),
      [call = std::move(call), reply = std::move(reply)]() mutable { call.answer(reply); });
}

template <typename Item>
Page cut_to_page(std::vector<Item>& items, std::int64_t offset, std::int64_t limit) {
  Page page{.total = static_cast<std::int64_t>(items.size()), .limit = limit};
  page.offset = std::clamp<std::int64_t>(offset, 0, page.total);
  items.erase(items.begin() + std::min(page.offset + page.limit, page.total), items.end());
  items.erase(items.begin(), items.begin() + page.offset);
  return page;
}

// Whether somebody listens where the consumer delivers now, and would no longer.
bool is_bound_elsewhere(ApiDesk& desk, Stream& stream, const ConsumerConfig& config) {
  if (config.name.empty() || config.is_pull()) return false;
  const auto existing = desk.deps().consumers.info(stream, config.name);
  return existing && existing->push_bound && !existing->config.is_pull() &&
         existing->config.deliver_subject != config.deliver_subject;
}

}  // namespace

void ApiConsumer::serve(ApiCall call) {
  switch (call.endpoint()) {
    case JsEndpoint::kConsumerCreate:
    case JsEndpoint::kConsumerDurableCreate:
      return create(std::move(call));
    case JsEndpoint::kConsumerDelete:
      return remove(std::move(call));
    case JsEndpoint::kConsumerInfo:
      return info(std::move(call));
    case JsEndpoint::kConsumerNames:
      return names(std::move(call));
    case JsEndpoint::kConsumerList:
      return list(std::move(call));
    default:
      return refuse_unbuilt(std::move(call));
  }
}

void ApiConsumer::create(ApiCall call) {
  const ApiSettings& settings = desk_.settings();
  const AccountLimits& limits = settings.limits_of(call.account());
  auto request = decode_consumer_create_request(call.body(), settings.strictness);
  if (!request) return call.refuse(request.error());
  const ConsumerCreateTarget target{
      .stream = call.stream(),
      .consumer = call.subject().consumer,
      .filter = call.subject().rest,
      .is_durable_form = call.endpoint() == JsEndpoint::kConsumerDurableCreate};
  if (auto status = check_consumer_target(*request, target); !status) {
    return call.refuse(status.error());
  }
  Stream* stream = desk_.find_whole_stream(call);
  if (stream == nullptr) return;
  if (request->pedantic) {
    if (auto status = check_consumer_pedantry(request->config, settings.assets); !status) {
      return call.refuse(status.error());
    }
  }
  const auto config =
      normalize_consumer_config(request->config, stream->config(), limits, settings.assets);
  if (!config) return call.refuse(config.error());
  ConsumerSet& consumers = desk_.deps().consumers;
  if (!config->is_pull() && consumers.is_being_made(*stream, config->name)) {
    // Of several that come together one is to win: the others look when it is there.
    return stream->when_readable([desk = &desk_, call = std::move(call)](Fate fate) mutable {
      if (fate != Fate::kApplied) return call.undecided(fate);
      ApiConsumer(*desk).create(std::move(call));
    });
  }
  if (is_bound_elsewhere(desk_, *stream, *config)) {
    return call.refuse(ApiErrorCode::kConsumerNameExist);
  }
  // A reader may come as long as a little can be written.
  if (stream->room() == DiskRoom::kExhausted) {
    return call.refuse(ApiErrorCode::kInsufficientResources);
  }
  std::string name = config->name.empty() ? consumers.new_name(*stream) : config->name;
  const ConsumerCreateCommand command{.action = request->action,
                                      .consumers_max = limits.max_consumers > 0
                                                           ? limits.max_consumers
                                                           : settings.assets.max_consumers,
                                      .name = name,
                                      .config = *config};
  consumers.create(
      *stream, command,
      [desk = &desk_, stream, name, call = std::move(call)](const CommandOutcome& outcome) mutable {
        if (!outcome.is_applied()) return call.undecided(outcome.fate);
        const CommandReply& reply = *outcome.reply;
        if (reply.error) return call.refuse(*reply.error);
        const auto info = desk->deps().consumers.info(*stream, name);
        if (!info) return call.refuse(ApiErrorCode::kConsumerNotFound);
        if (reply.change == CommandReply::Change::kCreated) {
          publish_action(*desk, call, {name, AssetAction::kCreate});
        }
        answer_when_taken(*desk, std::move(call), consumer_create_reply(*info, desk->now()));
      });
}

void ApiConsumer::remove(ApiCall call) {
  if (!is_empty_request(call.body())) return call.refuse(ApiErrorCode::kNotEmptyRequest);
  Stream* stream = desk_.find_whole_stream(call);
  if (stream == nullptr) return;
  const std::string name(call.subject().consumer);
  desk_.deps().consumers.remove(
      *stream, name,
      [desk = &desk_, name, call = std::move(call)](const CommandOutcome& outcome) mutable {
        if (!outcome.is_applied()) return call.undecided(outcome.fate);
        const CommandReply& reply = *outcome.reply;
        if (reply.error) return call.refuse(*reply.error);
        publish_action(*desk, call, {name, AssetAction::kDelete});
        answer_when_taken(*desk, std::move(call), success_reply(JsEndpoint::kConsumerDelete));
      });
}

void ApiConsumer::info(ApiCall call) {
  if (!is_empty_request(call.body())) return call.refuse(ApiErrorCode::kNotEmptyRequest);
  Stream* stream = desk_.find_whole_stream(call);
  if (stream == nullptr) return;
  stream->when_readable([desk = &desk_, stream, call = std::move(call)](Fate fate) mutable {
    if (fate != Fate::kApplied) return call.undecided(fate);
    const auto info = desk->deps().consumers.info(*stream, call.subject().consumer);
    if (!info) return call.refuse(ApiErrorCode::kConsumerNotFound);
    call.answer(consumer_info_reply(*info, desk->now()));
  });
}

void ApiConsumer::names(ApiCall call) {
  const auto request = decode_consumer_page_request(call.body(), desk_.settings().strictness);
  if (!request) return call.refuse(request.error());
  Stream* stream = desk_.find_whole_stream(call);
  if (stream == nullptr) return;
  stream->when_readable(
      [stream, offset = request->offset, call = std::move(call)](Fate fate) mutable {
        if (fate != Fate::kApplied) return call.undecided(fate);
        std::vector<std::string> names = stream->machine().consumer_names();
        const Page page = cut_to_page(names, offset, kNamesPerPage);
        call.answer(consumer_names_reply(names, page));
      });
}

void ApiConsumer::list(ApiCall call) {
  const auto request = decode_consumer_page_request(call.body(), desk_.settings().strictness);
  if (!request) return call.refuse(request.error());
  Stream* stream = desk_.find_whole_stream(call);
  if (stream == nullptr) return;
  stream->when_readable(
      [desk = &desk_, stream, offset = request->offset, call = std::move(call)](Fate fate) mutable {
        if (fate != Fate::kApplied) return call.undecided(fate);
        std::vector<ConsumerInfo> infos = desk->deps().consumers.infos(*stream);
        const Page page = cut_to_page(infos, offset, kInfosPerPage);
        call.answer(consumer_list_reply(infos, page, desk->now()));
      });
}

void ApiConsumer::refuse_unbuilt(ApiCall call) {
  call.refuse(api_error(
      ApiErrorCode::kConsumerCreate,
      {std::string(endpoint_name(call.endpoint())) + " is not supported by this server"}));
}

}  // namespace leat
