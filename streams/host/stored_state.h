#pragma once

#include <cstddef>
#include <functional>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "storage/api/index_row.h"
#include "storage/api/message_store.h"
#include "streams/core/stream_machine.h"

namespace leat {

// A block of a stream's store as its index row, or what stands in for it, tells it.
struct LoadedBlock {
  enum class Row {
    kStored,
    kRebuilt,  // made anew from the block
    kLost      // neither row nor block: which messages it had is not known
  };
  StreamSeq first{};
  StreamSeq last{};  // the end of its span
  std::size_t message_count = 0;
  std::size_t live_count = 0;  // of them the stream still has
  std::size_t subject_count = 0;
  std::size_t id_count = 0;
  Row row = Row::kStored;
  Bytes rebuilt_row{};  // of kRebuilt
  Error why{};          // of the others than kStored: what is wrong with the row, or the block
};

// Brings a new machine to what the store has of its stream, and names each block in ascending
// order. A row that cannot be read is no failure: its block tells nearly the same. kCorruption when
// a state page cannot be read, or when what can be read contradicts itself.
Status load_stored_state(RecoveredStore& store, GroupId stream, StreamMachine& machine,
                         const std::function<void(LoadedBlock block)>& on_block);

}  // namespace leat
