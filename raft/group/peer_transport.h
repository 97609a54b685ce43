#pragma once

#include <cstdint>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "raft/core/messages.h"

namespace leat {

// The three connections of a pair of servers, each with a bounded queue of its own, so that bulk
// never delays a heartbeat.
enum class PeerChannel : std::uint8_t {
  kControl,  // heartbeats, votes, acknowledgements of entries
  kLog,      // entries, and snapshot chunks at lowest rank
  kRoutes,   // client messages between servers
};

// Which life of which server stands at the other end of a link.
struct PeerHello {
  NodeId node;
  std::uint64_t boot_id = 0;  // new on each start of the process
  std::uint32_t version = 0;
  std::uint64_t features = 0;  // bits both sides may use
};

// One Raft message of one group on its way.
struct GroupMessage {
  GroupId group;
  RaftMessage message;
};

// Inwards: what the links of a server tell the hosts of one shard. Implemented by the group set
// (control, log) and by the routes; called on the shard's thread.
class PeerListener {
 public:
  virtual ~PeerListener() = default;
  virtual void peer_connected(const PeerHello& hello) = 0;
  // The link was reset and cannot be dialled again at once, or another boot id answered: voters
  // forget that they heard this leader.
  virtual void peer_lost(NodeId node) = 0;
  // All messages of one frame.
  virtual void messages_arrived(NodeId from, std::vector<GroupMessage> messages) = 0;
  virtual void frame_arrived(NodeId from, PeerChannel channel, Bytes frame) = 0;
};

// Outwards: the links, seen from one shard; implemented by raft/transport. Messages gather during a
// turn and leave at flush(). Full queues drop Raft messages, which Raft repeats; they never block.
class PeerTransport {
 public:
  virtual ~PeerTransport() = default;
  virtual void set_listener(PeerListener& listener) = 0;
  virtual void send(GroupMessage message) = 0;
  // False: the queue of this channel is full, and the caller keeps the frame.
  virtual bool send_frame(NodeId to, PeerChannel channel, Bytes frame) = 0;
  virtual void flush() = 0;
};

}  // namespace leat
