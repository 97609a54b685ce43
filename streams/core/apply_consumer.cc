#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "proto/api/validate.h"
#include "streams/core/apply.h"
#include "streams/core/start_position.h"

namespace leat {

// What depends on the state of the stream and its consumers, in the order in which a client sees
// it; everything else was refused before the log. `command.config` has its life settled.
std::optional<ApiError> Apply::refuse_consumer(const ConsumerCreateCommand& command,
                                               const ConsumerState* existing) const {
  std::vector<const ConsumerConfig*> others;
  for (const ConsumerState* consumer : state_.consumer_list) {
    if (consumer != existing) others.push_back(&consumer->config());
  }
  if (existing == nullptr) {
    if (command.action == ConsumerAction::kUpdate) {
      return api_error(ApiErrorCode::kConsumerDoesNotExist);
    }
    const std::int64_t of_stream = state_.config.max_consumers;
    const std::int64_t max = of_stream > 0 ? of_stream : command.consumers_max;
    if (max > 0 && state_.consumers.size() >= static_cast<std::uint64_t>(max)) {
      return api_error(ApiErrorCode::kMaximumConsumersLimit);
    }
    if (ApiStatus status = check_queue_consumer(command.config, state_.config); !status) {
      return std::move(status).error();
    }
  }
  if (ApiStatus status = check_consumer_beside(command.config, state_.config, others); !status) {
    return std::move(status).error();
  }
  if (existing == nullptr) return std::nullopt;
  ApiStatus status = check_consumer_update(existing->config(), command.config);
  return status ? std::nullopt : std::optional(std::move(status).error());
}

void Apply::create_consumer(ConsumerCreateCommand command) {
  ConsumerState* const existing = state_.find_consumer(command.name);
  // `create` finds a consumer only when it asks for all that the consumer is.
  if (existing != nullptr && command.action == ConsumerAction::kCreate &&
      existing->config() != command.config) {
    reply_error(CommandKind::kConsumerCreate, api_error(ApiErrorCode::kConsumerAlreadyExists));
    return;
  }
  settle_life(command.config, existing != nullptr ? &existing->config() : nullptr);
  CommandReply answer{.kind = CommandKind::kConsumerCreate};
  if (existing != nullptr && existing->config() == command.config &&
      command.action != ConsumerAction::kUpdate) {
    answer.consumer = existing->id();
    reply(std::move(answer));
    return;
  }
  if (auto error = refuse_consumer(command, existing)) {
    reply_error(CommandKind::kConsumerCreate, std::move(*error));
    return;
  }
  if (existing != nullptr) {
    update_consumer(*existing, std::move(command));
    return;
  }
  const ConsumerId id = state_.next_consumer;
  ++state_.next_consumer;
  auto consumer = std::make_unique<ConsumerState>(
      ConsumerState::Identity{.id = id, .name = std::string(command.name), .created = now_},
      std::move(command.config));
  ConsumerMachine::start(*consumer,
                         start_position(state_, consumer->config(), consumer->filters()));
  state_.consumers_by_name.emplace(consumer->name(), id);
  state_.consumer_list.push_back(consumer.get());
  state_.consumers.emplace(id, std::move(consumer));
  answer.consumer = id;
  answer.change = CommandReply::Change::kCreated;
  reply(std::move(answer));
}

void Apply::update_consumer(ConsumerState& consumer, ConsumerCreateCommand command) {
  const bool has_new_filters = command.config.filters() != consumer.config().filters();
  ConsumerMachine::set_config(consumer, std::move(command.config), now_);
  if (has_new_filters) {
    ConsumerMachine::recount(consumer, state_);
    sweep_for(consumer);
  }
  wake(consumer);
  reply({.kind = CommandKind::kConsumerCreate,
         .consumer = consumer.id(),
         .change = CommandReply::Change::kUpdated});
}

void Apply::delete_consumer(const ConsumerDeleteCommand& command) {
  ConsumerState* const consumer = command.consumer ? state_.find_consumer(command.consumer)
                                                   : state_.find_consumer(command.name);
  if (consumer == nullptr) {
    reply_error(CommandKind::kConsumerDelete, api_error(ApiErrorCode::kConsumerNotFound));
    return;
  }
  const ConsumerId id = consumer->id();
  out_->consumers_gone.push_back({.consumer = id, .name = consumer->name()});
  sweep_for(*consumer);
  state_.consumers_by_name.erase(state_.consumers_by_name.find(consumer->name()));
  state_.consumer_list.erase(
      std::find(state_.consumer_list.begin(), state_.consumer_list.end(), consumer));
  const auto gone = state_.consumers.find(id);
  gone_consumers_.push_back(std::move(gone->second));
  state_.consumers.erase(gone);
  state_.page_book().consumers_to_erase.insert(id);
  reply({.kind = CommandKind::kConsumerDelete, .count = 1, .consumer = id});
}

// What only this consumer's interest kept may leave: all that it may still have needed.
void Apply::sweep_for(const ConsumerState& consumer) {
  if (state_.config.retention != Retention::kInterest) return;
  works_.push_back({.kind = ApplyWork::Kind::kDropUnwanted,
                    .next = consumer.first_needed(),
                    .end = state_.last_seq.next()});
}

}  // namespace leat
