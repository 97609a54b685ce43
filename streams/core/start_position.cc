#include "streams/core/start_position.h"

#include <algorithm>

namespace leat {

namespace {

// Before it there is nothing to deliver.
StreamSeq first_place(const StreamState& stream) {
  return std::max(stream.first_sequence(), StreamSeq(1));
}

StreamSeq place_of_policy(const StreamState& stream, const ConsumerConfig& config,
                          const FilterSet& filters) {
  const StreamSeq first = first_place(stream);
  const StreamSeq behind = stream.last_seq.next();
  switch (config.deliver_policy) {
    case DeliverPolicy::kAll:
    case DeliverPolicy::kLastPerSubject:
      return first;
    case DeliverPolicy::kLast: {
      const StreamSeq last = stream.last_matching(filters);
      return last ? last : first;
    }
    case DeliverPolicy::kNew:
      return behind;
    case DeliverPolicy::kByStartSequence:
      // A start that is still to come stays where it is.
      return std::max(config.opt_start_seq, first);
    case DeliverPolicy::kByStartTime: {
      const StreamSeq at = stream.first_at_or_after(config.opt_start_time.value_or(0));
      return at ? at : behind;
    }
  }
  return first;
}

}  // namespace

StartPosition start_position(const StreamState& stream, const ConsumerConfig& config,
                             const FilterSet& filters) {
  StartPosition start;
  start.next_stream = place_of_policy(stream, config, filters);
  // With one message a subject, the last of each is all there is. A subject may have more than its
  // limit says where new messages are refused and the limit was lowered.
  const bool has_one_each =
      stream.config.max_msgs_per_subject == 1 && stream.index.count() == stream.subjects.count();
  if (config.deliver_policy == DeliverPolicy::kLastPerSubject && !has_one_each) {
    start.latest = stream.last_per_subject(filters);
    start.latest_limit = stream.last_seq;
    start.num_pending = start.latest.size();
    start.next_stream =
        start.latest.empty() ? std::max(stream.last_seq, start.next_stream) : start.latest.front();
    return start;
  }
  start.num_pending = stream.count(filters, start.next_stream);
  return start;
}

}  // namespace leat
