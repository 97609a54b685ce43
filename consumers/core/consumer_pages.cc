#include "consumers/core/consumer_pages.h"

#include <utility>

#include "core/base/encoding.h"
#include "proto/record/config_codec.h"

namespace leat {

namespace {

constexpr std::uint8_t kVersion = 1;

Error corrupt(std::string_view what) {
  return {.kind = ErrorKind::kCorruption, .text = std::string(what) + " cannot be read"};
}

void append_time(std::string& out, WallNs time) { encoding::append_signed(out, time); }

}  // namespace

bool ConsumerPages::take_dirty(ConsumerState& state) {
  return std::exchange(state.is_dirty_, false);
}

std::set<std::uint64_t> ConsumerPages::take_dirty_pending(ConsumerState& state) {
  return state.pending_.take_dirty_pages();
}

void ConsumerPages::append_consumer(const ConsumerState& state, std::string& out) {
  out += static_cast<char>(kVersion);
  encoding::append_text(out, state.name());
  append_time(out, state.created());
  std::string config;
  append_consumer_config(state.config_, config);
  encoding::append_text(out, config);
  encoding::append_varint(out, state.next_consumer_.value);
  encoding::append_varint(out, state.next_stream_.value);
  encoding::append_varint(out, state.floor_.consumer_seq.value);
  encoding::append_varint(out, state.floor_.stream_seq.value);
  append_time(out, state.floor_.at);
  append_time(out, state.delivered_at_);
  encoding::append_varint(out, state.num_pending_);  // 0 of one that is not booked
  encoding::append_varint(out, state.generation_);
  encoding::append_varint(out, state.latest_limit_.value);
  encoding::append_varint(out, state.latest_.size() - state.latest_position_);
  std::uint64_t previous = 0;
  for (std::size_t i = state.latest_position_; i < state.latest_.size(); ++i) {
    encoding::append_varint(
        out, state.latest_[i].value - std::exchange(previous, state.latest_[i].value));
  }
  encoding::append_varint(out, state.given_up_.size());
  previous = 0;
  for (const auto& [sequence, deliveries] : state.given_up_) {
    encoding::append_varint(out, sequence.value - std::exchange(previous, sequence.value));
    encoding::append_varint(out, deliveries);
  }
}

void ConsumerPages::append_pending(const ConsumerState& state, std::uint64_t page,
                                   std::string& out) {
  const StreamSeq begin(page * PendingDeliveries::kPageSequences);
  const StreamSeq end(begin.value + PendingDeliveries::kPageSequences);
  std::string items;
  std::uint64_t count = 0;
  PendingDelivery previous;
  for (const PendingDelivery* next = state.pending_.at_or_after(begin);
       next != nullptr && next->stream_seq < end;
       next = state.pending_.at_or_after(previous.stream_seq.next())) {
    encoding::append_varint(items, next->stream_seq.value - previous.stream_seq.value);
    encoding::append_varint(items, next->consumer_seq.value - previous.consumer_seq.value);
    encoding::append_signed(items, next->base - previous.base);
    encoding::append_varint(
        items, std::uint64_t{next->deliveries} << 1 | static_cast<std::uint64_t>(next->phase));
    previous = *next;
    ++count;
  }
  if (count == 0) return;
  out += static_cast<char>(kVersion);
  encoding::append_varint(out, count);
  out += items;
}

Result<std::unique_ptr<ConsumerState>> ConsumerPages::parse_consumer(ConsumerId id,
                                                                     std::string_view value) {
  encoding::Cursor in(value);
  if (in.byte() != kVersion) return tl::unexpected(corrupt("consumer page"));
  ConsumerState::Identity identity{.id = id};
  identity.name = in.text();
  identity.created = in.signed_varint();
  LEAT_TRY_ASSIGN(ConsumerConfig config, parse_consumer_config(in.text()));
  auto state = std::make_unique<ConsumerState>(std::move(identity), std::move(config));
  state->next_consumer_ = ConsumerSeq(in.varint());
  state->next_stream_ = StreamSeq(in.varint());
  state->floor_.consumer_seq = ConsumerSeq(in.varint());
  state->floor_.stream_seq = StreamSeq(in.varint());
  state->floor_.at = in.signed_varint();
  state->delivered_at_ = in.signed_varint();
  const std::uint64_t num_pending = in.varint();
  // Servers before this one stored what their leader had counted.
  state->num_pending_ = state->is_booked() ? num_pending : 0;
  state->generation_ = in.varint();
  state->latest_limit_ = StreamSeq(in.varint());
  std::uint64_t previous = 0;
  for (std::uint64_t left = in.varint(); left > 0 && in.is_good(); --left) {
    state->latest_.emplace_back(previous += in.varint());
  }
  previous = 0;
  for (std::uint64_t left = in.varint(); left > 0 && in.is_good(); --left) {
    const StreamSeq sequence(previous += in.varint());
    state->given_up_.emplace(sequence, static_cast<std::uint32_t>(in.varint()));
  }
  if (!in.is_good() || !in.at_end()) return tl::unexpected(corrupt("consumer page"));
  state->is_dirty_ = false;
  return state;
}

Status ConsumerPages::parse_pending(ConsumerState& state, std::string_view value) {
  encoding::Cursor in(value);
  if (in.byte() != kVersion) return tl::unexpected(corrupt("pending page"));
  PendingDelivery delivery;
  for (std::uint64_t left = in.varint(); left > 0 && in.is_good(); --left) {
    const std::uint64_t distance = in.varint();
    if (distance == 0) return tl::unexpected(corrupt("pending page"));
    delivery.stream_seq.value += distance;
    delivery.consumer_seq.value += in.varint();
    delivery.base += in.signed_varint();
    const std::uint64_t word = in.varint();
    delivery.deliveries = static_cast<std::uint32_t>(word >> 1);
    delivery.phase =
        (word & 1) != 0 ? PendingDelivery::Phase::kNaked : PendingDelivery::Phase::kWaiting;
    if (!in.is_good()) break;
    if (state.pending_.at_or_after(delivery.stream_seq) != nullptr) {
      return tl::unexpected(corrupt("pending page"));
    }
    state.pending_.append(delivery);
    if (delivery.deliveries > 1) ++state.redelivered_pending_;
  }
  if (!in.is_good() || !in.at_end()) return tl::unexpected(corrupt("pending page"));
  state.pending_.take_dirty_pages();
  return {};
}

}  // namespace leat
