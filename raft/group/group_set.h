#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/base/ids.h"
#include "core/base/ring.h"
#include "core/env/scheduler.h"
#include "raft/core/raft.h"
#include "raft/group/group.h"
#include "raft/group/peer_transport.h"
#include "storage/api/log_store.h"

namespace leat {

// All groups of one shard that write to one log. Gathers their records during a turn and hands them
// to the log at its end; tells each group when its records are durable. Only groups with work are
// visited: nothing here costs time for a quiet group, and groups of one are never ticked.
// Owned by the shard's hosts; used on the shard's thread; outlives its groups.
//
//   propose -> turn end: take Ready, append, one flush -> durable_through(ticket) -> turn end:
//   apply
class GroupSet : public LogListener {
 public:
  // Becomes the listener of `log`; all must outlive this set. Null: there are no other servers, and
  // no group has anything to send.
  GroupSet(LogStore& log, Scheduler& scheduler, PeerTransport* transport = nullptr);

  LogStore& log() { return log_; }
  // Appends that are not known to be durable yet, one per group and turn.
  std::size_t awaited() const { return awaited_.size(); }
  // Gives a group's message to the transport, which must be there; it leaves at the end of the
  // turn.
  void send(GroupMessage message);
  // The same once the records up to `ticket` are durable, which may be now. Dropped when its group
  // is removed before.
  void send_when_durable(LogTicket ticket, GroupMessage message);
  void durable_through(LogTicket ticket) override;
  void must_store(std::span<const GroupId> groups) override;

 private:
  friend class Group;

  // Records up to `ticket` on their way to the disk, and what their durability means to a group.
  struct Awaited {
    LogTicket ticket;
    Group* group = nullptr;  // null: removed meanwhile
    RaftProgress progress;
  };

  void add(Group& group);
  void remove(Group& group);
  void enqueue(Group& group);  // has work: visited at the end of this turn
  void await(LogTicket ticket, Group& group, const RaftProgress& progress);
  void process_queued();
  void release_held();
  void flush_sent();

  LogStore& log_;
  Scheduler& scheduler_;
  PeerTransport* const transport_;
  std::vector<Group*> queued_;
  std::vector<Group*> processing_;  // null: removed while its turn came
  Ring<Awaited> awaited_;           // by ticket
  struct HeldMessage {
    LogTicket ticket;
    GroupMessage message;
  };
  std::deque<HeldMessage> held_;  // in the order they were handed over
  LogTicket durable_;
  bool has_sent_ = false;  // since the last flush of the transport
  std::unordered_map<GroupId, Group*> groups_;
  RaftReady ready_;  // of the group that is being processed; its memory is used again
  bool is_scheduled_ = false;
};

}  // namespace leat
