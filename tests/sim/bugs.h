#pragma once

namespace leat::sim {

// Faults of the server that a run can be given on purpose, to show that the checkers catch them.
struct Bugs {
  // The log reports records durable when they are written, before the sync.
  bool ack_before_sync = false;
  // A write set's `stored` index reaches the store without its blocks, index rows and pages.
  bool applied_ahead_of_data = false;
  // Message ids are missing from what a restart reads back.
  bool dedup_lost_on_replay = false;
};

}  // namespace leat::sim
