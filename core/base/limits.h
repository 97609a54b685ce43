#pragma once

#include <cstddef>
#include <cstdint>

// Every bound of the server, each with its reason. A queue, cache or loop without a name here has
// no bound, which is a defect. Configurable limits have their defaults here.

namespace leat::limits {

// Client protocol (defaults of the NATS configuration).
inline constexpr std::size_t kControlLineBytes = 4096;
// Blanks between a verb and its arguments do not count for the control line, but are held with it.
inline constexpr std::size_t kLeadingBlanks = 64 * 1024;
inline constexpr std::size_t kPayloadBytes = 1024 * 1024;
inline constexpr std::size_t kPendingBytes = 64 * 1024 * 1024;
inline constexpr int kConnections = 64 * 1024;
// Closed connections are remembered for monitoring; the oldest give way.
inline constexpr std::size_t kClosedConnections = 10'000;
inline constexpr int kPingsOutstanding = 2;

// Output of one connection: it begins with a small block and goes over to full ones; a body of
// kReferencedBytes or more is written from the memory it was received in (copying less is cheaper
// than a piece of its own); one write gathers up to kWriteBytes.
inline constexpr std::size_t kSmallOutBlockBytes = 1024;
inline constexpr std::size_t kOutBlockBytes = 32 * 1024;
inline constexpr std::size_t kReferencedBytes = 4096;
inline constexpr std::size_t kWriteBytes = 1024 * 1024;
// Answers that wait for a PONG which waits for other shards; beyond it the connection is not read.
inline constexpr std::size_t kHeldAnswerBytes = 16 * 1024;
// Bytes that one connection has under way to other shards; beyond it the connection is not read.
inline constexpr std::size_t kForwardedBytes = 4 * 1024 * 1024;
// Lame duck: connections are closed at most this far apart, several at once where they would be
// closer than a timer is fine.
inline constexpr std::int64_t kLameDuckGapNs = 1'000'000'000;
inline constexpr std::int64_t kLameDuckStepNs = 1'000'000;
// Permission answers remembered by one connection.
inline constexpr std::size_t kPermissionAnswers = 256;
// Requests that one connection may still answer (`allow_responses`): about 400,000. A requester
// that is never answered must not take all memory; beyond it the oldest may not be answered.
inline constexpr std::size_t kOpenReplyBytes = 64 * 1024 * 1024;
// A header block longer than this cannot be stored (error 10097).
inline constexpr std::size_t kStoredHeaderBytes = 64 * 1024 - 1;
// Decimal sizes in control lines have at most this many digits; more is a protocol error.
inline constexpr int kSizeDigits = 9;

// The loop of a shard. A set of shards is a word of 64 bits.
inline constexpr std::uint16_t kShards = 64;
// Ready socket handlers run in one turn before its mail, timers and turn end have their time.
inline constexpr int kHandlersPerTurn = 256;

// Sockets. A read asks for as much as recent reads filled, between these two; an idle connection
// holds no buffer at all.
inline constexpr std::size_t kReadBytesMin = 512;
inline constexpr std::size_t kReadBytesMax = 64 * 1024;
// Sockets accepted at once before other handlers have their time.
inline constexpr int kAcceptsPerTurn = 64;
// Pause after accept was refused for want of descriptors, so that the loop does not spin.
inline constexpr std::int64_t kAcceptRetryNs = 100'000'000;
// A closing connection has this long to take what is being written, and this long again to read it
// and close its end; without the second, unread input would make the system discard our last words.
inline constexpr std::int64_t kCloseFlushNs = 2'000'000'000;
inline constexpr std::int64_t kCloseLingerNs = 1'000'000'000;
// What a closing connection may still send before it is cut off.
inline constexpr std::size_t kCloseDrainBytes = 1024 * 1024;

// The monitoring port.
inline constexpr std::uint32_t kHttpHeaderBytes = 8 * 1024;
inline constexpr std::int64_t kHttpRequestNs = 10'000'000'000;  // whole exchange
inline constexpr int kHttpConnections = 256;                    // more are closed at once

// One turn of the machines: no apply touches more messages before others have their turn.
inline constexpr std::uint32_t kMessagesPerApply = 4096;
// Places in a stream that one choice of a consumer's next message looks at before others have
// their turn: about 100 us of a scan that finds nothing.
inline constexpr std::uint32_t kMessagesPerSelect = 65536;

// Places that a consumer looks at for each block it reads ahead.
inline constexpr std::uint32_t kMessagesPerLookAhead = 8192;

// One log entry gathers the commands of a turn up to this size, so that replay and replication
// move in pieces of bounded memory.
inline constexpr std::size_t kEntryBytes = 1024 * 1024;

// Storage: a block closes at this size of messages, or this many of them. With the message that
// fills it, it stays below 64 KiB: the allocator's next size is 80.
inline constexpr std::size_t kBlockBytes = 60 * 1024;
inline constexpr std::size_t kBlockMessages = 512;
// One row of state; larger state is spread over numbered pages, so that a change rewrites little.
inline constexpr std::size_t kStatePageBytes = 16 * 1024;

// Appended to the log by one shard and not yet durable; above it the shard's publishers wait.
inline constexpr std::size_t kLogPendingBytes = 64 * 1024 * 1024;
// One batch of the journal: what is gathered during one sync, cut here so that a batch is one
// write of bounded memory. A single larger record makes a larger batch.
inline constexpr std::size_t kJournalBatchBytes = 8 * 1024 * 1024;
// One file of the journal: large enough to be rare, small enough to be trimmed in steps.
inline constexpr std::size_t kJournalSegmentBytes = 64 * 1024 * 1024;
// With more journal than this, whoever holds back its oldest segment is asked to store what it has;
// so many groups are asked with each batch, and so many segments that left wait to be used again.
inline constexpr std::size_t kJournalHorizonBytes = 256 * 1024 * 1024;
inline constexpr std::size_t kHoldersAskedAtOnce = 1024;
inline constexpr std::size_t kSpareSegments = 2;
// With less than this left on the disk nothing new is taken in: what is in memory tables still has
// to be flushed (twice kStoreMemtableBytes at the most), compactions need room for what they
// rewrite, and what was taken in has to be acknowledged. Below a quarter of this only removals are
// written; a quarter above what was short everything is taken in again. Looked at this often then.
inline constexpr std::uint64_t kDiskReserveBytes = 256 * 1024 * 1024;
inline constexpr std::int64_t kDiskRoomIntervalMs = 250;
// The indexes of streams in memory: a quarter of the machine unless the configuration says more or
// less. What is spilled at once, two orders above a page of the longest subjects; and the steps in
// which the spill file looks whether its disk has room.
inline constexpr std::uint64_t kIndexMemoryShare = 4;
// Parts of them that are looked at in one turn for one to spill: a look costs a miss of the cache.
inline constexpr std::size_t kIndexLooksPerTurn = 16 * 1024;
inline constexpr std::size_t kSpillBytesMax = 1024 * 1024 * 1024;
inline constexpr std::uint64_t kSpillGrowBytes = 1024 * 1024;
// What the store could not flush is tried again after kDiskRoomIntervalMs, then after up to this;
// a compaction that found no room after this.
inline constexpr std::int64_t kStoreRoomIntervalMsMax = 2'000;
inline constexpr std::int64_t kCompactionRetryMs = 5'000;
// All that is in memory tables is flushed within this, or the database does not go on at all.
inline constexpr std::int64_t kStoreResumeMsMax = 30'000;
// What a start writes: the store's list of its tables anew, its options, and the first 256 KiB of a
// segment of the journal. Without so much on the disk it changes nothing.
inline constexpr std::uint64_t kDiskStartBytes = 4 * 1024 * 1024;

// Write sets of one shard that the store thread has not written yet; above it publishers wait.
inline constexpr std::size_t kStorePendingBytes = 64 * 1024 * 1024;
// Memory tables of the store; a flush is asked for at half of it.
inline constexpr std::size_t kStoreMemtableBytes = 64 * 1024 * 1024;
// Blocks that left a stream, at its front or between others, before it takes a write set to say so:
// 64 MiB.
inline constexpr std::size_t kBlocksLeftUntold = 1024;
// Blocks of one stream that are read at once to be written anew without what left between others.
inline constexpr std::size_t kRewritesAtOnce = 4;
// Index rows of one stream that were made anew from their blocks and wait to be written.
inline constexpr std::size_t kRestoredRows = 64;
// Bytes of one stream below its floor before the store drops whole files of it.
inline constexpr std::uint64_t kReclaimStepBytes = 64 * 1024 * 1024;
// Streams that are looked at for that after one flush.
inline constexpr std::size_t kReclaimedAtOnce = 256;
// Reads of the log that one shard waits for; more are refused (kLimit). A group asks for one at a
// time.
inline constexpr std::size_t kLogReadsPending = 4096;
// Applied entries that a group keeps in memory for members that lag; older ones are read from the
// log again, in pieces of this size.
inline constexpr std::size_t kRaftTailBytes = 1024 * 1024;
inline constexpr std::size_t kRaftReadBytes = 1024 * 1024;
// Cold reads waiting for a thread, for the whole process; more are refused (kLimit).
inline constexpr std::size_t kColdReadsPending = 4096;
// Threads that read cold blocks: enough to keep a disk's queue busy.
inline constexpr int kColdReadThreads = 4;

// The newest entries of one stream, kept for consumers that keep up; older messages come from
// blocks. Two entries of full size at the least.
inline constexpr std::size_t kTailCacheBytes = 4 * 1024 * 1024;
// Smaller entries are not kept there: what is slow enough to come in them is read from the open
// block, so that a quiet stream has its messages in memory once.
inline constexpr std::size_t kTailEntryBytes = 4 * 1024;
// Buffers for entries that a shard keeps for the next ones, and the largest entry that leaves its
// room to them.
inline constexpr std::size_t kSpareEntries = 64;
inline constexpr std::size_t kSpareEntryBytes = 256 * 1024;
// Blocks read back from the store, for all streams of one shard.
inline constexpr std::size_t kBlockCacheBytes = 24 * 1024 * 1024;
// Blocks that one consumer has read ahead of its place, at most.
inline constexpr std::size_t kReadAheadBlocks = 16;
// Taken in by one stream and not yet applied; above it the connections that publish to it are not
// read. They may still have under way what kForwardedBytes allows.
inline constexpr std::size_t kStreamPendingBytes = 32 * 1024 * 1024;
// Where many connections reach this together, a publish that asks for an answer is answered 429
// (10167) and not taken; one that asks for none is never dropped.
inline constexpr std::size_t kStreamBufferedBytes = 128 * 1024 * 1024;
// A stream that holds connections back looks this often whether the shard's disk has caught up.
inline constexpr std::int64_t kHeldLookNs = 5'000'000;
// Expiry looks at a stream at most this often, and so do its schedules.
inline constexpr std::int64_t kExpiryIntervalNs = 250'000'000;
// Schedules of a stream that are read in one look.
inline constexpr std::size_t kSchedulesPerLook = 1024;
// Deliveries of one consumer in one turn, so that its neighbours have their turn.
inline constexpr std::uint32_t kDeliveriesPerTurn = 256;
// Direct gets of one turn on one shard that wait for blocks; more are answered 500.
inline constexpr std::size_t kDirectGetsPending = 16 * 1024;

// API requests of one shard that wait for their turn; the newest above it are answered 429 (10167).
inline constexpr std::size_t kApiRequestsPending = 10'000;
// API requests that are served in one turn of a shard, so that messages have their turn.
inline constexpr std::size_t kApiRequestsPerTurn = 64;

// Interest of one account on one shard: how many subjects have their subscribers remembered, and
// how many subscribers one of them may have (above that, matching costs less than delivering).
inline constexpr std::size_t kInterestCacheSlots = 2048;
inline constexpr std::size_t kInterestCachedSubscribers = 1024;
// Configuration: maps and arrays inside each other, and files that include files. Deeper is a
// mistake (or a file that includes itself), and what walks the tree may recurse.
inline constexpr std::size_t kConfigDepth = 64;
inline constexpr int kConfigIncludes = 16;

// Bcrypt takes a processor for a tenth of a second and more: few threads, so that clients that
// connect at once do not starve the shards, and a queue that is longer than the auth timeout lasts.
inline constexpr int kPasswordThreads = 2;
inline constexpr std::size_t kPasswordChecksPending = 4096;

}  // namespace leat::limits
