#include "streams/host/missing_message.h"

#include <utility>

#include "streams/host/stream.h"

namespace leat {

bool MissingMessage::is_missing_again(Stream& stream, StreamSeq sequence) {
  if (!stream.machine().contains(sequence) || stream.reader().find(sequence)) return false;
  return std::exchange(last_, sequence) == sequence;
}

}  // namespace leat
