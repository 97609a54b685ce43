#pragma once

#include <cstdint>
#include <string>

#include "tests/sim/bugs.h"

namespace leat::sim {

// What a run does, all of it drawn from the seed.
struct Options {
  std::uint64_t seed = 0;
  int shards = 1;
  int publishers = 1;  // of each stream
  int workers = 1;     // of each consumer
  int cas_writers = 0;
  int push_readers = 0;
  int messages = 50;  // of each publisher in each life
  int crashes = 2;
  int payload_bytes_max = 200;
  std::int64_t max_ack_pending = 0;  // 0: the default
  std::int64_t max_deliver = -1;     // of the consumer with a filter
  std::int64_t max_age_ms = 1000;    // of the stream whose messages age
  std::int64_t max_msgs = -1;        // of the stream with limits
  std::int64_t max_msgs_per_subject = -1;
  bool discards_new = false;
  bool has_operator = false;          // deletes and purges
  bool has_updates = false;           // the stream with limits gets other limits
  bool has_scratch_stream = false;    // made and deleted again and again
  bool stores_often = false;          // the log asks streams to store themselves
  bool steps_down = false;            // streams stop leading, and lead again
  bool delivers_when_booked = false;  // as with several replicas
  bool jumps_wall = false;            // the wall clock is set, in both directions
  bool resets_connections = false;
  bool breaks_disk = false;  // it gives errors until the server has stopped
  bool fills_disk = false;   // the same, for it has no room
  bool slows_disk = false;
  int flips = 0;  // bits that flip in what is at rest, at most one between two lives
  Bugs bugs{};

  static Options of_seed(std::uint64_t seed);
  std::string text() const;
};

}  // namespace leat::sim
