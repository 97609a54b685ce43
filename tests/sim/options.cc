#include "tests/sim/options.h"

#include <sstream>

#include "core/base/rng.h"

namespace leat::sim {

Options Options::of_seed(std::uint64_t seed) {
  Rng chance(seed * 0x9E3779B97F4A7C15ULL + 1);
  Options options;
  options.seed = seed;
  options.shards = 1 << chance.below(3);
  options.publishers = static_cast<int>(chance.between(1, 3));
  options.workers = static_cast<int>(chance.between(1, 2));
  options.cas_writers = static_cast<int>(chance.below(3));
  options.messages = static_cast<int>(chance.between(5, 120));
  options.crashes = static_cast<int>(chance.between(1, 4));
  if (chance.one_in(3)) options.max_msgs = static_cast<std::int64_t>(chance.between(5, 80));
  if (chance.one_in(4))
    options.max_msgs_per_subject = static_cast<std::int64_t>(chance.between(1, 9));
  options.discards_new = chance.one_in(4);
  options.has_operator = chance.one_in(2);
  options.stores_often = !chance.one_in(3);
  options.jumps_wall = chance.one_in(4);
  options.push_readers = static_cast<int>(chance.below(3));
  options.has_scratch_stream = chance.one_in(2);
  if (chance.one_in(4)) options.payload_bytes_max = static_cast<int>(chance.between(1, 9000));
  if (chance.one_in(3)) options.max_ack_pending = static_cast<std::int64_t>(chance.between(1, 20));
  if (chance.one_in(3)) options.max_deliver = static_cast<std::int64_t>(chance.between(1, 4));
  options.max_age_ms = static_cast<std::int64_t>(chance.between(150, 3000));
  options.has_updates = chance.one_in(3);
  options.resets_connections = chance.one_in(3);
  options.breaks_disk = chance.one_in(5);
  options.fills_disk = chance.one_in(5);
  options.slows_disk = chance.one_in(6);
  options.steps_down = chance.one_in(2);
  options.delivers_when_booked = chance.one_in(2);
  if (chance.one_in(4)) options.flips = static_cast<int>(chance.between(1, 2));
  return options;
}

std::string Options::text() const {
  std::ostringstream out;
  out << "seed " << seed << ": shards " << shards << ", publishers " << publishers << ", workers "
      << workers << ", CAS writers " << cas_writers << ", messages " << messages << ", crashes "
      << crashes << ", max_msgs " << max_msgs << ", max_msgs_per_subject " << max_msgs_per_subject
      << ", push readers " << push_readers << ", payload " << payload_bytes_max
      << ", max_ack_pending " << max_ack_pending << ", max_deliver " << max_deliver << ", max_age "
      << max_age_ms << " ms" << (has_updates ? ", updates" : "")
      << (has_scratch_stream ? ", scratch stream" : "") << (discards_new ? ", discard new" : "")
      << (has_operator ? ", operator" : "") << (stores_often ? ", stores often" : "")
      << (steps_down ? ", step-downs" : "")
      << (delivers_when_booked ? ", deliveries when booked" : "")
      << (jumps_wall ? ", wall clock jumps" : "") << (resets_connections ? ", resets" : "")
      << (breaks_disk ? ", disk breaks" : "") << (fills_disk ? ", disk fills up" : "")
      << (slows_disk ? ", slow disk" : "") << (flips > 0 ? ", bits flip" : "")
      << (bugs.ack_before_sync ? ", BUG ack before sync" : "")
      << (bugs.applied_ahead_of_data ? ", BUG applied ahead of data" : "")
      << (bugs.rows_ahead_of_blocks ? ", BUG rows ahead of blocks" : "")
      << (bugs.filter_ahead_of_flush ? ", BUG filter ahead of flush" : "")
      << (bugs.trim_past_hard_state ? ", BUG trim past a hard state" : "")
      << (bugs.torn_as_corruption ? ", BUG torn as corruption" : "")
      << (bugs.corruption_as_torn ? ", BUG corruption as torn" : "")
      << (bugs.cursor_kept ? ", BUG cursor kept" : "")
      << (bugs.dedup_lost_on_replay ? ", BUG dedup lost on replay" : "");
  return out.str();
}

}  // namespace leat::sim
