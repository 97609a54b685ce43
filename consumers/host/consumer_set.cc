#include "consumers/host/consumer_set.h"

#include <algorithm>
#include <utility>

#include "core/base/base62.h"
#include "core/base/check.h"
#include "proto/ack/ack_body.h"
#include "proto/ack/ack_subject.h"
#include "proto/api/advisories.h"

namespace leat {
namespace {

// Asked to be kept in memory only, by a reader that makes it anew when its heartbeats end: it goes
// with the process, as clients expect. Not where other servers have it, nor where messages are kept
// or removed because of it.
bool ends_with_process(const Stream& stream, const ConsumerConfig& consumer) {
  const StreamConfig& config = stream.machine().config();
  return consumer.mem_storage && !consumer.is_durable() && config.retention == Retention::kLimits &&
         config.num_replicas <= 1;
}

// Whether it does anything before somebody pulls or acks: the others cost nothing here until then.
// What is pending may have been delivered too often when its time is over, and that is told.
bool acts_by_itself(const ConsumerState& state) {
  const ConsumerConfig& config = state.config();
  return !config.is_pull() || config.inactive_threshold > 0 || !state.is_booked() ||
         config.replay_policy == ReplayPolicy::kOriginal || !state.pending().empty();
}

}  // namespace

ConsumerSet::ConsumerSet(StreamSet& streams, Router& router, std::uint64_t random_seed)
    : streams_(streams), router_(router), rng_(random_seed) {
  router_.set_traffic_sink(StreamTraffic::kAck, *this);
  router_.set_traffic_sink(StreamTraffic::kPull, *this);
  streams_.add_listener(*this);
}

ConsumerSet::~ConsumerSet() = default;

void ConsumerSet::create(Stream& stream, const ConsumerCreateCommand& command,
                         CommandCallback done) {
  of_stream_[stream.uid()].being_made.emplace(command.name);
  stream.propose(command, [this, uid = stream.uid(), name = std::string(command.name),
                           done = std::move(done)](const CommandOutcome& outcome) mutable {
    if (outcome.fate == Fate::kStopped) return done(outcome);  // this may be gone with the stream
    // The stream may have stopped since, and its creations are forgotten with it.
    const auto of_stream = of_stream_.find(uid);
    if (of_stream != of_stream_.end()) {
      auto& being_made = of_stream->second.being_made;
      if (const auto made = being_made.find(name); made != being_made.end()) being_made.erase(made);
      if (of_stream->second.empty()) of_stream_.erase(of_stream);
    }
    done(outcome);
  });
}

bool ConsumerSet::is_being_made(const Stream& stream, std::string_view name) const {
  const auto of_stream = of_stream_.find(stream.uid());
  return of_stream != of_stream_.end() && of_stream->second.being_made.contains(name);
}

void ConsumerSet::remove(Stream& stream, std::string_view name, CommandCallback done) {
  stream.propose(ConsumerDeleteCommand{.consumer = {}, .name = name}, std::move(done));
}

std::optional<ConsumerInfo> ConsumerSet::info(Stream& stream, std::string_view name) {
  const ConsumerState* state = stream.machine().find_consumer(name);
  if (state == nullptr) return {};
  return info_of(stream, *state);
}

std::vector<ConsumerInfo> ConsumerSet::infos(Stream& stream) {
  std::vector<ConsumerInfo> infos;
  for (const std::string& name : stream.machine().consumer_names()) {
    infos.push_back(info_of(stream, *stream.machine().find_consumer(name)));
  }
  return infos;
}

std::string ConsumerSet::new_name(const Stream& stream) {
  std::string name = random_base62(rng_, 8);
  while (stream.machine().find_consumer(name) != nullptr) name = random_base62(rng_, 8);
  return name;
}

ConsumerInfo ConsumerSet::info_of(Stream& stream, const ConsumerState& state) {
  ConsumerInfo info = stream.machine().consumer_info(state);
  if (Consumer* consumer = find(stream, state.id())) {
    info.num_waiting = consumer->waiting_pulls();
    info.push_bound = consumer->is_push_bound();
  }
  return info;
}

Consumer* ConsumerSet::find_or_add(AccountId account, std::string_view stream,
                                   std::string_view consumer) {
  Stream* found = streams_.find(account, stream);
  if (found == nullptr) return nullptr;
  const auto of_stream = of_stream_.find(found->uid());
  if (of_stream != of_stream_.end()) {
    const auto named = of_stream->second.by_name.find(consumer);
    if (named != of_stream->second.by_name.end()) return named->second;
  }
  const ConsumerState* state = found->machine().find_consumer(consumer);
  return state == nullptr || !found->is_leading() ? nullptr : &add(*found, state->id());
}

Consumer* ConsumerSet::find(const Stream& stream, ConsumerId id) {
  const auto of_stream = of_stream_.find(stream.uid());
  if (of_stream == of_stream_.end()) return nullptr;
  const auto found = of_stream->second.by_id.find(id);
  return found == of_stream->second.by_id.end() ? nullptr : found->second.get();
}

Consumer& ConsumerSet::add(Stream& stream, ConsumerId id) {
  const ConsumerState* state = stream.machine().find_consumer(id);
  LEAT_CHECK(state != nullptr) << "consumer " << id;
  OfStream& of_stream = of_stream_[stream.uid()];
  auto consumer = std::make_unique<Consumer>(stream, *state, rng_);
  Consumer& added = *consumer;
  of_stream.by_name[state->name()] = &added;
  of_stream.by_id[id] = std::move(consumer);
  return added;
}

void ConsumerSet::take_over(Stream& stream, const ConsumerState& state) {
  if (acts_by_itself(state)) add(stream, state.id());
  claim(stream, state);
}

void ConsumerSet::claim(const Stream& stream, const ConsumerState& state) {
  router_.claim_consumer(
      stream.account(), stream.name(), state.name(),
      {.takes_acks = state.is_booked(), .takes_flow_control = state.config().flow_control});
}

void ConsumerSet::end(Stream& stream, const ConsumerGone& gone) {
  router_.release_consumer(stream.account(), stream.name(), gone.name);
  const auto of_stream = of_stream_.find(stream.uid());
  if (of_stream == of_stream_.end()) return;
  const auto found = of_stream->second.by_id.find(gone.consumer);
  if (found == of_stream->second.by_id.end()) return;
  found->second->end(Stop::kDeleted);
  of_stream->second.by_name.erase(gone.name);
  of_stream->second.by_id.erase(found);
  if (of_stream->second.empty()) of_stream_.erase(of_stream);
}

void ConsumerSet::became_leader(Stream& stream) {
  for (const ConsumerId id : stream.machine().consumer_ids()) {
    const ConsumerState& state = *stream.machine().find_consumer(id);
    if (ends_with_process(stream, state.config())) {
      remove(stream, state.name(), [](const CommandOutcome&) {});
    } else {
      take_over(stream, state);
    }
  }
}

void ConsumerSet::applied(Stream& stream, const StreamEffects& effects) {
  for (const ConsumerGone& gone : effects.consumers_gone) end(stream, gone);
  for (const GoneDelivery& gone : effects.gone) {
    if (Consumer* consumer = find(stream, gone.consumer)) consumer->gone(gone.consumer_seq);
  }
  for (const CommandReply& reply : effects.replies) {
    if (reply.kind != CommandKind::kConsumerCreate || !reply.consumer) continue;
    if (reply.change == CommandReply::Change::kNone) continue;
    if (Consumer* consumer = find(stream, reply.consumer)) {
      consumer->update();
      claim(stream, consumer->state());
    } else if (const ConsumerState* state = stream.machine().find_consumer(reply.consumer)) {
      take_over(stream, *state);
    }
  }
  for (const ConsumerId id : effects.woken) {
    if (Consumer* consumer = find(stream, id)) consumer->wake();
  }
  for (const DeliveryEvent& event : effects.events) publish_event(stream, event);
}

void ConsumerSet::clock_was_set(Stream& stream) {
  const auto of_stream = of_stream_.find(stream.uid());
  if (of_stream == of_stream_.end()) return;
  for (const auto& [id, consumer] : of_stream->second.by_id) consumer->clock_was_set();
}

void ConsumerSet::stopping(Stream& stream, Stop why) {
  if (why == Stop::kSteppedDown) {
    // Nobody serves them until somebody leads: who pulls now is told that nobody does.
    for (const std::string& name : stream.machine().consumer_names()) {
      router_.release_consumer(stream.account(), stream.name(), name);
    }
  }
  const auto of_stream = of_stream_.find(stream.uid());
  if (of_stream == of_stream_.end()) return;
  for (const auto& [id, consumer] : of_stream->second.by_id) {
    consumer->end(why);
  }
  of_stream_.erase(of_stream);
}

void ConsumerSet::deliver(const JsSubject& subject, const RoutedMessage& message) {
  Consumer* consumer = find_or_add(message.account, subject.stream, subject.consumer);
  if (consumer == nullptr) return;
  // The router sends nothing else here.
  if (subject.endpoint == JsEndpoint::kConsumerMsgNext) {
    consumer->pull_arrived(message);
  } else if (subject.endpoint == JsEndpoint::kFlowControl) {
    consumer->flow_control_answered(message.subject);
  } else if (const std::optional<AckSubject> ack = parse_ack_subject(message.subject)) {
    consumer->ack_arrived(*ack, parse_ack_body(message.payload()), message);
  }
}

void ConsumerSet::publish_event(Stream& stream, const DeliveryEvent& event) {
  const ConsumerState* state = stream.machine().find_consumer(event.consumer);
  if (state == nullptr) return;
  const std::string id = random_nuid(rng_);
  const AdvisoryStamp stamp{.id = id, .timestamp = stream.now(), .domain = stream.context().domain};
  const DeliveryAdvisory delivery{.stream = stream.name(),
                                  .consumer = state->name(),
                                  .consumer_seq = event.consumer_seq,
                                  .stream_seq = event.stream_seq,
                                  .deliveries = event.deliveries,
                                  .reason = event.reason};
  const auto advisory = [&] {
    switch (event.kind) {
      case DeliveryEvent::Kind::kNak:
        return nak_advisory(stamp, delivery);
      case DeliveryEvent::Kind::kTerminated:
        return terminated_advisory(stamp, delivery);
      case DeliveryEvent::Kind::kMaxDeliver:
        break;
    }
    return max_deliver_advisory(stamp, delivery);
  }();
  RoutedMessage message;
  message.account = stream.account();
  message.subject = advisory.subject;
  message.body = advisory.body;
  router_.publish(message);
}

}  // namespace leat
