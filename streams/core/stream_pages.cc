#include "streams/core/stream_pages.h"
#include "core/base/duration.h"

#include <algorithm>
#include <utility>

#include "consumers/core/consumer_machine.h"
#include "consumers/core/consumer_pages.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "proto/record/config_codec.h"

namespace leat {

namespace {

constexpr std::uint8_t kPageVersion = 1;
constexpr std::size_t kRemovedBytes = kRemovedPageSequences / 8;
// Of a message of which nothing is left: nobody asks for it by its subject.
constexpr std::string_view kLostSubject = "$LOST";

tl::unexpected<Error> corrupt(std::string_view what) {
  return failure(ErrorKind::kCorruption, "stream state: " + std::string(what));
}

}  // namespace

void StreamPages::take_dirty(const Visitor& visit) {
  take_stream(visit);
  take_consumers(visit);
  take_removed(visit);
  take_schedules(visit);
}

std::uint64_t StreamPages::write_parts(const Parts& parts, std::string_view value,
                                       const Visitor& visit) {
  StatePageKey key{.kind = parts.kind, .owner = parts.owner};
  for (; !value.empty(); ++key.number) {
    const std::size_t size = std::min(value.size(), limits::kStatePageBytes);
    visit(key, value.substr(0, size));
    value.remove_prefix(size);
  }
  const std::uint64_t written = key.number;
  for (; key.number < parts.existing; ++key.number) visit(key, {});
  return written;
}

void StreamPages::take_stream(const Visitor& visit) {
  std::string out;
  out += static_cast<char>(kPageVersion);
  encoding::append_varint(out, state_.applied.value);
  encoding::append_varint(out, state_.config_number);
  std::string config;
  append_stream_config(state_.config, config);
  encoding::append_text(out, config);
  encoding::append_signed(out, state_.created);
  encoding::append_signed(out, state_.last_stamp);
  encoding::append_varint(out, state_.hash);
  encoding::append_varint(out, state_.apply_version);
  out += static_cast<char>(state_.is_deleted ? 1 : 0);
  encoding::append_varint(out, state_.last_seq.value);
  encoding::append_signed(out, state_.last_time);
  encoding::append_varint(out, state_.first_sequence().value);
  encoding::append_text(out, state_.last_msg_id);
  encoding::append_signed(out, state_.dedup_floor);
  encoding::append_varint(out, state_.next_consumer.value);
  state_.stream_pages =
      write_parts({.kind = StatePageKind::kStream, .existing = state_.stream_pages}, out, visit);
}

void StreamPages::erase_consumer(ConsumerId id, const Visitor& visit) {
  PageBook& book = state_.page_book();
  write_parts(
      {.kind = StatePageKind::kConsumer, .owner = id.value, .existing = book.consumer_pages[id]},
      {}, visit);
  book.consumer_pages.erase(id);
  for (const std::uint64_t page : book.pending_pages[id]) {
    visit({.kind = StatePageKind::kPending, .owner = id.value, .number = page}, {});
  }
  book.pending_pages.erase(id);
}

void StreamPages::take_consumers(const Visitor& visit) {
  if (state_.pages != nullptr) {
    for (const ConsumerId id : std::exchange(state_.pages->consumers_to_erase, {})) {
      erase_consumer(id, visit);
    }
  }
  std::string out;
  for (ConsumerState* consumer : state_.consumer_list) {
    if (ConsumerPages::take_dirty(*consumer)) {
      out.clear();
      ConsumerPages::append_consumer(*consumer, out);
      std::uint64_t& parts = state_.page_book().consumer_pages[consumer->id()];
      parts = write_parts(
          {.kind = StatePageKind::kConsumer, .owner = consumer->id().value, .existing = parts}, out,
          visit);
    }
    take_pending(*consumer, visit);
  }
}

void StreamPages::take_pending(ConsumerState& consumer, const Visitor& visit) {
  const std::set<std::uint64_t> dirty = ConsumerPages::take_dirty_pending(consumer);
  if (dirty.empty()) return;
  std::set<std::uint64_t>& existing = state_.page_book().pending_pages[consumer.id()];
  std::string out;
  for (const std::uint64_t page : dirty) {
    out.clear();
    ConsumerPages::append_pending(consumer, page, out);
    const bool existed = existing.contains(page);
    if (out.empty() && !existed) continue;
    visit({.kind = StatePageKind::kPending, .owner = consumer.id().value, .number = page}, out);
    if (out.empty()) {
      existing.erase(page);
    } else {
      existing.insert(page);
    }
  }
}

void StreamPages::take_removed(const Visitor& visit) {
  if (state_.pages == nullptr) return;
  PageBook& book = *state_.pages;
  const std::uint64_t first_page = removed_page_of(state_.first_sequence());
  // What lies below the first message needs no page.
  while (!book.removed_pages.empty() && *book.removed_pages.begin() < first_page) {
    visit({.kind = StatePageKind::kInteriorDeletes, .number = *book.removed_pages.begin()}, {});
    book.removed_pages.erase(book.removed_pages.begin());
  }
  std::string out;
  for (const std::uint64_t page : std::exchange(book.dirty_removed_pages, {})) {
    if (page < first_page) continue;
    out.assign(1 + kRemovedBytes, '\0');
    out[0] = static_cast<char>(kPageVersion);
    for (std::uint64_t i = 0; i < kRemovedPageSequences; ++i) {
      const StreamSeq sequence(page * kRemovedPageSequences + i);
      if (sequence > state_.last_seq || state_.index.contains(sequence)) continue;
      out[1 + i / 8] = static_cast<char>(out[1 + i / 8] | 1 << (i % 8));
    }
    visit({.kind = StatePageKind::kInteriorDeletes, .number = page}, out);
    book.removed_pages.insert(page);
  }
}

void StreamPages::take_schedules(const Visitor& visit) {
  std::string out;
  for (const std::uint64_t page : state_.schedules.take_dirty()) {
    out.clear();
    state_.schedules.append_page(page, out);
    visit({.kind = StatePageKind::kSchedules, .number = page}, out);
  }
}

Status StreamPages::load_page(const StatePageKey& key, std::string_view value) {
  switch (key.kind) {
    case StatePageKind::kStream:
      if (key.number != state_.stream_pages) return corrupt("a part of the stream page is missing");
      ++state_.stream_pages;
      loading().stream_page += value;
      return {};
    case StatePageKind::kConsumer: {
      std::uint64_t& parts = state_.page_book().consumer_pages[ConsumerId(key.owner)];
      if (key.number != parts) return corrupt("a part of a consumer page is missing");
      ++parts;
      loading().consumer_values[ConsumerId(key.owner)] += value;
      return {};
    }
    case StatePageKind::kPending:
      loading().pending_values.emplace(key, value);
      return {};
    case StatePageKind::kInteriorDeletes:
      if (value.size() != 1 + kRemovedBytes || value[0] != static_cast<char>(kPageVersion)) {
        return corrupt("a page of removed messages cannot be read");
      }
      loading().removed_values.emplace(key.number, value);
      state_.page_book().removed_pages.insert(key.number);
      return {};
    case StatePageKind::kSchedules:
      return state_.schedules.load_page(key.number, value);
    case StatePageKind::kSubjectMap:
      return failure(ErrorKind::kUnsupported, "pages of the subject map are not read");
  }
  return failure(ErrorKind::kUnsupported, "a page of a kind that is not known");
}

Status StreamPages::parse_stream(std::string_view value) {
  encoding::Cursor in(value);
  if (const std::uint8_t version = in.byte(); version != kPageVersion) {
    return failure(ErrorKind::kUnsupported, "its state is of version " + std::to_string(version) +
                                                ", this server reads version " +
                                                std::to_string(kPageVersion) +
                                                ": start the version that wrote it");
  }
  state_.applied = LogIndex(in.varint());
  state_.config_number = in.varint();
  LEAT_TRY_ASSIGN(state_.config, parse_stream_config(in.text()));
  state_.created = in.signed_varint();
  state_.last_stamp = in.signed_varint();
  state_.hash = in.varint();
  state_.apply_version = in.varint();
  state_.is_deleted = in.byte() != 0;
  state_.last_seq = StreamSeq(in.varint());
  state_.last_time = in.signed_varint();
  loading().first_seq = StreamSeq(in.varint());
  state_.last_msg_id = in.text();
  state_.dedup_floor = in.signed_varint();
  state_.next_consumer = ConsumerId(in.varint());
  if (!in.is_good() || !in.at_end()) return corrupt("the stream page cannot be read");
  return {};
}

Status StreamPages::finish_pages() { return loading().is_parsed ? Status() : parse_loaded(); }

Status StreamPages::parse_loaded() {
  Loading& loaded = loading();
  loaded.is_parsed = true;
  LEAT_TRY(parse_stream(loaded.stream_page));
  for (const auto& [id, value] : loaded.consumer_values) {
    LEAT_TRY_ASSIGN(auto consumer, ConsumerPages::parse_consumer(id, value));
    state_.consumers_by_name.emplace(consumer->name(), id);
    state_.consumer_list.push_back(consumer.get());
    state_.consumers.emplace(id, std::move(consumer));
  }
  for (const auto& [key, value] : loaded.pending_values) {
    ConsumerState* consumer = state_.find_consumer(ConsumerId(key.owner));
    if (consumer == nullptr) return corrupt("pending deliveries of no consumer");
    LEAT_TRY(ConsumerPages::parse_pending(*consumer, value));
    state_.page_book().pending_pages[consumer->id()].insert(key.number);
  }
  return {};
}

bool StreamPages::is_removed(StreamSeq sequence) const {
  const auto page = loading_->removed_values.find(removed_page_of(sequence));
  if (page == loading_->removed_values.end()) return false;
  const std::uint64_t offset = sequence.value % kRemovedPageSequences;
  return (static_cast<unsigned char>(page->second[1 + offset / 8]) >> (offset % 8) & 1) != 0;
}

Status StreamPages::load_row(const IndexRow& row) {
  LEAT_TRY(finish_pages());
  for (const IndexedMessage& message : row.messages) {
    if (message.is_deleted || message.sequence < loading_->first_seq ||
        is_removed(message.sequence)) {
      continue;
    }
    if (message.sequence > state_.last_seq || message.subject >= row.subjects.size()) {
      return corrupt("an index row names what the stream has not given out");
    }
    if (!state_.index.empty() && state_.index.at_or_after(message.sequence)) {
      return corrupt("index rows overlap");
    }
    const std::string_view subject = row.subjects[message.subject];
    IndexSlot& slot = state_.index.append(message.sequence);
    slot.set_time(message.time);
    const bool is_never = message.ttl_s == kTtlNever;
    slot.size_and_never = message.size_bytes | (is_never ? kOutlivesAge : 0U);
    slot.subject =
        state_.subjects.add(state_.subjects.find(subject), subject, message.sequence, state_.index);
    state_.bytes += message.size_bytes;
    if (message.ttl_s != 0 && !is_never) {
      state_.add_ttl(message.time + message.ttl_s * kSecondNs, message.sequence);
    }
  }
  const WallNs window_begin =
      std::max(state_.dedup_floor, state_.last_stamp - state_.config.duplicate_window);
  for (const IndexedMessageId& id : row.ids) {
    if (id.time > window_begin && !state_.dedup.find(id.id)) {
      state_.dedup.add(id.id, id.sequence, id.time);
    }
  }
  return {};
}

// They stand there until a command takes them out, so that whoever waits for one is told.
Status StreamPages::load_lost(StreamSeq first, StreamSeq last) {
  LEAT_TRY(finish_pages());
  loading_->has_lost = true;
  first = std::max({first, loading_->first_seq, StreamSeq(1)});
  last = std::min(last, state_.last_seq);
  const StreamSeq before = state_.index.at_or_before(last);
  // Never 0: that is a place which was not stored (IndexChunk::pack).
  const WallNs time =
      before ? state_.index.find(before).time() : std::max<WallNs>(state_.created, 1);
  while (first <= last) {
    const StreamSeq end = std::min(last.next(), StreamSeq(first.value + kRemovedPageSequences));
    IndexRow row;
    row.first = first;
    row.last = end.previous();
    row.subjects = {kLostSubject};
    for (; first < end; ++first) row.messages.push_back({.sequence = first, .time = time});
    LEAT_TRY(load_row(row));
  }
  return {};
}

StreamSeq StreamPages::first_kept() const {
  return loading_ != nullptr && loading_->is_parsed ? loading_->first_seq : state_.first_sequence();
}

Status StreamPages::finish() {
  LEAT_TRY(finish_pages());
  const StreamSeq first = state_.first_sequence();
  if (loading_->first_seq != first) {
    return corrupt("the first message is " + std::to_string(first.value) + " where it should be " +
                   std::to_string(loading_->first_seq.value));
  }
  const auto is_message = [this](StreamSeq sequence) { return state_.index.contains(sequence); };
  const bool has_lost = loading_->has_lost;
  if (!state_.schedules.all_of(is_message)) return corrupt("a schedule is no message");
  for (ConsumerState* consumer : state_.consumer_list) {
    // The subjects of what is lost are not known: what is left is counted.
    if (has_lost) ConsumerMachine::recount(*consumer, state_);
  }
  loading_.reset();
  return {};
}

}  // namespace leat
