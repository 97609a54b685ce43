#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/node/shard_hosts.h"
#include "core/session/connection_ledger.h"
#include "core/session/session_settings.h"
#include "storage/memory/memory_log_store.h"
#include "storage/memory/memory_message_store.h"
#include "storage/memory/memory_spill_store.h"
#include "tests/sim/bugs.h"
#include "tests/sim/open_authenticator.h"
#include "tests/sim/replay_watch.h"
#include "tests/sim/sim_client.h"
#include "tests/sim/sim_disk.h"
#include "tests/sim/sim_journal.h"
#include "tests/sim/sim_loop.h"
#include "tests/sim/sim_store.h"

namespace leat::sim {

// What a server has said is lost, after its disk has rotted.
struct Losses {
  struct Range {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    friend auto operator<=>(const Range&, const Range&) = default;
  };
  std::set<std::string> offline;                  // streams that are not served
  std::map<std::string, std::set<Range>> ranges;  // messages, by stream
  bool is_refused = false;                        // the server said that it can not start, and why
};

// One simulated server over all its lives: what outlives a process (disk, store, clock), and the
// process of now with its production hosts. Owned by a run; worlds know nothing of each other, and
// several stand in one process.
class World {
 public:
  struct Shape {
    std::uint64_t seed = 0;
    std::uint16_t shards = 1;
    bool delivers_when_booked = false;
    Bugs bugs{};
  };
  explicit World(const Shape& shape);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // A new life: journal and store are read, streams replayed. False when it did not get ready.
  bool start();
  // The same without waiting, for a crash in the middle of it.
  bool begin_start();
  // Power: unsynced sectors of the journal are lost by chance. Kill: the kernel keeps them. Both
  // take from the store what it had not flushed.
  enum class Crash : std::uint8_t { kPower, kKill };
  void crash(Crash how);
  // Faults of the disk in this life: it breaks, or fills up, after a while; or it is slow.
  void break_disk() { disk_.break_after(chance().below(60)); }
  void fill_disk() { disk_.fill_up_to(chance().below(100'000)); }
  void slow_disk();
  // The server met an error of its disk and has to stop.
  bool has_failed() const;
  // Between two lives: a bit flips in the journal or in a stored block.
  void rot();
  // The same where it is said: bits flip in one of the rows, or in the journal.
  void damage(SimStoreDisk::Rows rows, const SimStoreDisk::Flip& flip);
  void damage_journal(const SimDisk::Flip& flip);
  // As SIGTERM: pulls are told, everything reaches the disk.
  void stop();
  bool is_alive() const { return life_ != nullptr; }

  // A client on a shard drawn by chance; it ends with this life.
  SimClient& connect();
  // A journal that wants to be trimmed asks a stream, drawn by chance, to store itself.
  void ask_to_store();
  // A stream, drawn by chance, or the meta group leads no longer, and again after a while.
  void step_down();

  SimLoop& loop() { return loop_; }
  Rng& chance() { return loop_.chance(); }
  // Findings of the server's own checks: state after replay, errors in the log.
  std::vector<std::string>& violations() { return violations_; }
  std::uint64_t stored_sets() const { return store_.sets(); }
  // What the server itself has reported as lost, over all lives.
  const Losses& losses();
  void hear_of_error(const std::string& text);

 private:
  struct ShardParts;
  struct Life;

  void add_shard(std::uint16_t index);
  void connect_shards();
  // Ends the process: hosts first, then what they stand on.
  void drop_life();
  void refuse(const std::string& why);
  // A stream of this life and its shard, drawn by chance.
  struct Drawn {
    ShardParts* shard = nullptr;
    GroupId uid;  // none: the shard has no stream
  };
  Drawn draw_stream();
  void step_meta_group_down(SteadyNs again);
  void keep_cursors();

  Bugs bugs_;
  std::uint16_t shard_count_;
  bool delivers_when_booked_;
  SimLoop loop_;
  SimDisk disk_;
  SimStoreDisk store_;
  std::vector<std::string> violations_;
  Losses losses_;
  VoteBook vote_book_;
  bool is_rotten_ = false;
  ReplayBook replay_book_;
  LogBook log_book_;
  std::shared_ptr<const AccountTable> accounts_;
  std::shared_ptr<const SessionSettings> settings_;
  JetStreamSettings jetstream_settings_;
  std::unique_ptr<Life> life_;
};

}  // namespace leat::sim
