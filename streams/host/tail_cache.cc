#include "streams/host/tail_cache.h"

#include "core/base/check.h"

namespace leat {

void TailCache::begin_entry(const Bytes& entry) {
  if (!entries_.empty() && !entries_.back().last) {  // the last one brought nothing
    bytes_ -= entries_.back().bytes.size();
    entries_.pop_back();
  }
  entries_.push_back({.bytes = entry, .last = {}});
  bytes_ += entry.size();
  // The entry that is being added stays, however large it is.
  while (bytes_ > bytes_max_ && entries_.size() > 1) drop_oldest();
}

void TailCache::add(const MessageView& message) {
  LEAT_CHECK(!entries_.empty());
  const StreamSeq next(first_.value + messages_.size());
  if (messages_.empty() || message.sequence.value - next.value > 4096) {
    // Nothing cached, or a hole too wide to be worth places: the old messages are of no use.
    messages_.clear();
    first_ = message.sequence;
    while (entries_.size() > 1) {
      bytes_ -= entries_.front().bytes.size();
      entries_.pop_front();
    }
  }
  LEAT_CHECK(message.sequence.value >= first_.value + messages_.size())
      << "sequence " << message.sequence << " does not ascend";
  while (first_.value + messages_.size() < message.sequence.value) messages_.push_back({});
  messages_.push_back(message);
  entries_.back().last = message.sequence;
}

const MessageView* TailCache::find(StreamSeq sequence) const {
  if (sequence < first_ || sequence.value - first_.value >= messages_.size()) return nullptr;
  const MessageView& found = messages_[static_cast<std::size_t>(sequence.value - first_.value)];
  return found.sequence ? &found : nullptr;
}

void TailCache::drop_oldest() {
  const Entry oldest = entries_.pop_front();
  bytes_ -= oldest.bytes.size();
  while (!messages_.empty() && first_ <= oldest.last) {
    messages_.pop_front();
    ++first_;
  }
}

}  // namespace leat
