#include "streams/core/stream_machine.h"

#include <algorithm>

#include "core/base/duration.h"
#include "streams/core/apply.h"
#include "streams/core/rebuilt_row.h"
#include "streams/core/stream_pages.h"
#include "streams/core/stream_state.h"

namespace leat {

struct StreamMachine::Parts {
  explicit Parts(IndexBudget* its_budget) : budget(its_budget), state(its_budget) {}

  IndexBudget* budget;
  StreamState state;
  Apply apply{state};
  StreamPages pages{state};
};

StreamMachine::StreamMachine(IndexBudget* budget) : parts_(std::make_unique<Parts>(budget)) {}
StreamMachine::~StreamMachine() = default;
StreamMachine::StreamMachine(StreamMachine&&) noexcept = default;
StreamMachine& StreamMachine::operator=(StreamMachine&&) noexcept = default;

ApplyProgress StreamMachine::apply(LogIndex index, const Bytes& entry, StreamEffects& out) {
  return parts_->apply.run(index, entry, out);
}

LogIndex StreamMachine::applied() const { return parts_->state.applied; }
WallNs StreamMachine::last_stamp() const { return parts_->state.last_stamp; }
std::uint64_t StreamMachine::state_hash() const { return parts_->state.hash; }
bool StreamMachine::is_deleted() const { return parts_->state.is_deleted; }
const StreamConfig& StreamMachine::config() const { return parts_->state.config; }
std::uint64_t StreamMachine::config_number() const { return parts_->state.config_number; }
WallNs StreamMachine::created() const { return parts_->state.created; }
std::uint64_t StreamMachine::message_count() const { return parts_->state.index.count(); }
std::uint64_t StreamMachine::bytes() const { return parts_->state.bytes; }
std::uint32_t StreamMachine::size_of(std::size_t subject, std::size_t headers,
                                     std::size_t payload) const {
  return parts_->state.size_of(subject, headers, payload);
}
StreamSeq StreamMachine::first_sequence() const { return parts_->state.first_sequence(); }
StreamSeq StreamMachine::last_sequence() const { return parts_->state.last_seq; }
const StreamView& StreamMachine::view() const { return parts_->state; }

StreamStateInfo StreamMachine::state_info(const StateDetails& details) const {
  const StreamState& state = parts_->state;
  StreamStateInfo info;
  info.messages = state.index.count();
  info.bytes = state.bytes;
  info.first_seq = state.first_sequence();
  if (const SlotRef first = state.index.find(info.first_seq)) info.first_ts = first.time();
  info.last_seq = state.last_seq;
  info.last_ts = state.last_time;
  info.num_subjects = state.subjects.count();
  if (info.last_seq > info.first_seq) {
    info.num_deleted = info.last_seq.value - info.first_seq.value + 1 - info.messages;
  }
  info.consumer_count = state.consumers.size();
  if (details.with_deleted && info.num_deleted > 0) {
    for (StreamSeq next = info.first_seq; next < info.last_seq; ++next) {
      if (!state.index.contains(next)) info.deleted.push_back(next);
    }
    if (!state.index.contains(info.last_seq)) info.deleted.push_back(info.last_seq);
  }
  if (!details.subjects_filter.empty()) info.subjects = subject_counts(details.subjects_filter);
  return info;
}

bool StreamMachine::contains(StreamSeq sequence) const {
  return parts_->state.index.contains(sequence);
}

std::optional<MessageMeta> StreamMachine::message(StreamSeq sequence) const {
  const SlotRef slot = parts_->state.index.find(sequence);
  if (!slot) return std::nullopt;
  return MessageMeta{.subject = parts_->state.subjects.text(slot.subject()),
                     .size_bytes = slot.size_bytes(),
                     .time = slot.time()};
}

StreamSeq StreamMachine::last_by_subject(std::string_view subject) const {
  return parts_->state.last_matching(FilterSet({std::string(subject)}));
}

StreamSeq StreamMachine::next_by_subject(std::string_view filter, StreamSeq from) const {
  const StreamState& state = parts_->state;
  if (filter.empty() || filter == ">") return state.index.at_or_after(from);
  const FilterSet filters({std::string(filter)});
  const StreamSeq first = state.first_matching(filters);
  if (!first) return {};
  return state.scan(filters, std::max(first, from), 0xFFFFFFFF).sequence;
}

StreamSeq StreamMachine::first_at_or_after(WallNs time) const {
  return parts_->state.first_at_or_after(time);
}

std::vector<std::pair<std::string, std::uint64_t>> StreamMachine::subject_counts(
    std::string_view filter) const {
  const SubjectTable& subjects = parts_->state.subjects;
  std::vector<std::pair<std::string, std::uint64_t>> counts;
  subjects.for_each_matching(FilterSet({std::string(filter)}), [&](std::uint32_t number) {
    counts.emplace_back(subjects.text(number), subjects.count_of(number));
  });
  std::sort(counts.begin(), counts.end());
  return counts;
}

std::vector<StreamSeq> StreamMachine::last_per_subject(
    const std::vector<std::string>& filters) const {
  return parts_->state.last_per_subject(FilterSet(filters));
}

std::optional<WallNs> StreamMachine::next_expiry() const {
  const StreamState& state = parts_->state;
  std::optional<WallNs> next;
  if (const TtlDeadline* ttl = state.first_ttl()) next = ttl->at;
  if (state.config.max_age > 0) {
    if (const StreamSeq aging = state.first_aging()) {
      const WallNs at = time_after(state.index.find(aging).time(), state.config.max_age);
      next = next ? std::min(*next, at) : at;
    }
  }
  return next;
}

std::optional<WallNs> StreamMachine::next_schedule() const {
  if (parts_->state.config.sealed) return std::nullopt;
  return parts_->state.schedules.first_due();
}

std::vector<DueSchedule> StreamMachine::due_schedules(WallNs time, std::size_t count_max) const {
  return parts_->state.schedules.due_at(time, count_max);
}

std::size_t StreamMachine::consumer_count() const { return parts_->state.consumers.size(); }

const ConsumerState* StreamMachine::find_consumer(std::string_view name) const {
  return parts_->state.find_consumer(name);
}
const ConsumerState* StreamMachine::find_consumer(ConsumerId id) const {
  return parts_->state.find_consumer(id);
}

std::vector<std::string> StreamMachine::consumer_names() const {
  std::vector<std::string> names;
  names.reserve(parts_->state.consumers.size());
  for (const auto& [name, id] : parts_->state.consumers_by_name) names.push_back(name);
  return names;
}

std::vector<ConsumerId> StreamMachine::consumer_ids() const {
  std::vector<ConsumerId> ids;
  ids.reserve(parts_->state.consumers.size());
  for (const auto& [id, consumer] : parts_->state.consumers) ids.push_back(id);
  return ids;
}

ConsumerInfo StreamMachine::consumer_info(const ConsumerState& consumer) const {
  ConsumerInfo info;
  info.stream_name = parts_->state.config.name;
  info.name = consumer.name();
  info.created = consumer.created();
  info.config = consumer.config();
  const auto sequence_info = [](const ConsumerPosition& position) {
    return SequenceInfo{.consumer_seq = position.consumer_seq,
                        .stream_seq = position.stream_seq,
                        .last_active = position.at};
  };
  ConsumerPosition delivered = consumer.delivered();
  ConsumerPosition floor = consumer.ack_floor();
  info.num_pending = consumer.num_pending();
  if (!consumer.is_booked()) {
    const LeadCursor* lead = consumer.lead();
    if (lead != nullptr) {
      delivered = {.consumer_seq = lead->next_consumer().previous(),
                   .stream_seq = lead->next_stream().previous(),
                   .at = std::max(lead->at(), delivered.at)};
      floor = {.consumer_seq = delivered.consumer_seq, .stream_seq = delivered.stream_seq};
    }
    info.num_pending =
        lead != nullptr ? lead->num_pending() : consumer.count_undelivered(parts_->state);
  }
  info.delivered = sequence_info(delivered);
  info.ack_floor = sequence_info(floor);
  info.num_ack_pending = consumer.pending().count();
  info.num_redelivered = consumer.num_redelivered();
  return info;
}

void StreamMachine::take_dirty_pages(const PageVisitor& visit) { parts_->pages.take_dirty(visit); }

Status StreamMachine::load_page(const StatePageKey& key, std::string_view value) {
  return parts_->pages.load_page(key, value);
}
Status StreamMachine::finish_pages() { return parts_->pages.finish_pages(); }
Bytes StreamMachine::rebuilt_index_row(const BlockReader& block) const {
  return leat::rebuilt_index_row(block, parts_->state);
}
Status StreamMachine::load_lost(StreamSeq first, StreamSeq last) {
  return parts_->pages.load_lost(first, last);
}
Status StreamMachine::load_index_row(const IndexRow& row) {
  // A load is one long turn, in which nobody holds anything between two rows.
  if (parts_->budget != nullptr) parts_->budget->settle();
  return parts_->pages.load_row(row);
}
Status StreamMachine::finish_load() { return parts_->pages.finish(); }
StreamSeq StreamMachine::first_kept() const { return parts_->pages.first_kept(); }
StreamSeq StreamMachine::first_row_kept() const {
  return first_id() ? std::min(first_id(), first_kept()) : first_kept();
}

StreamSeq StreamMachine::first_id() const { return parts_->state.dedup.oldest_sequence(); }

}  // namespace leat
