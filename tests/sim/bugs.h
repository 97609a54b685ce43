#pragma once

namespace leat::sim {

// Faults of the server that a run can be given on purpose, to show that the checkers catch them.
// They are planted in the dependencies of the simulated world, never in the server.
struct Bugs {
  // The log reports records durable when they are written, before the sync.
  bool ack_before_sync = false;
  // A write set's `stored` index reaches the store without its blocks, index rows and pages.
  bool applied_ahead_of_data = false;
  // A flush takes everything of a write set but its blocks.
  bool rows_ahead_of_blocks = false;
  // What is below the floors of a write set leaves the store before that set is flushed.
  bool filter_ahead_of_flush = false;
  // A segment leaves though it holds the newest hard state of a group. With one server the first
  // entry of a term stands in the same batch, and leaves with it.
  bool trim_past_hard_state = false;
  // Message ids are missing from what a restart reads back.
  bool dedup_lost_on_replay = false;
  // A torn end of the log makes the groups in it suspect.
  bool torn_as_corruption = false;
  // The log is taken to end where a batch is damaged.
  bool corruption_as_torn = false;
  // A consumer's cursor comes back from memory, without the deliveries that moved it.
  bool cursor_kept = false;
};

}  // namespace leat::sim
