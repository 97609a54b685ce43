#pragma once

#include <string>

#include "core/base/bytes.h"
#include "streams/core/stream_effects.h"
#include "streams/host/entry_buffers.h"

namespace leat {

// What the streams of one shard use one after the other, so that none of them has its own. Owned by
// the StreamSet, on its thread. Entries are applied one at a time: what applying one runs may
// propose, and apply nothing.
struct StreamScratch {
  StreamEffects effects;  // of the entry that is being applied
  EntryBuffers entries;
  ByteBuffer replies;  // the subjects of those who wait; each holds a share
  std::string ack;     // PubAcks are written here
};

}  // namespace leat
