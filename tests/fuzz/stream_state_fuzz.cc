// What would be wrong: state pages, index rows or entries of any bytes bring the server down, or
// make a stream that does not know itself.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "core/base/encoding.h"
#include "core/base/hash.h"
#include "proto/record/entry.h"
#include "storage/api/index_row.h"
#include "streams/core/stream_effects.h"
#include "streams/core/stream_machine.h"

namespace leat {
namespace {

// The input is a list of parts: kind, owner, number (a byte each), size (two bytes), bytes. Kinds
// up to the last of StatePageKind are pages, the next is an index row, and all others are entries.
constexpr std::size_t kPartHead = 5;
constexpr std::uint8_t kIndexRowPart = 16;
constexpr std::size_t kChecksumOffset = 4;

struct Part {
  std::uint8_t kind = 0;
  std::uint8_t owner = 0;
  std::uint8_t number = 0;
  std::string_view bytes{};
};

bool take_part(std::string_view& input, Part& part) {
  if (input.size() < kPartHead) return false;
  part.kind = static_cast<std::uint8_t>(input[0]);
  part.owner = static_cast<std::uint8_t>(input[1]);
  part.number = static_cast<std::uint8_t>(input[2]);
  const std::size_t size = encoding::load<std::uint16_t>(input.data() + 3);
  part.bytes = input.substr(kPartHead, size);
  input.remove_prefix(kPartHead + part.bytes.size());
  return true;
}

Status load_row(StreamMachine& machine, std::string_view value) {
  std::string bytes(value);
  if (bytes.size() >= kChecksumOffset + sizeof(std::uint32_t)) {
    encoding::store(bytes.data() + kChecksumOffset, crc32c_around(bytes, kChecksumOffset));
  }
  LEAT_TRY_ASSIGN(const IndexRow row, IndexRow::parse(bytes));
  return machine.load_index_row(row);
}

Status load(StreamMachine& machine, std::string_view input) {
  for (Part part; take_part(input, part);) {
    if (part.kind < kIndexRowPart) {
      LEAT_TRY(machine.load_page({static_cast<StatePageKind>(part.kind), part.owner, part.number},
                                 part.bytes));
    } else if (part.kind == kIndexRowPart) {
      LEAT_TRY(load_row(machine, part.bytes));
    }
  }
  return machine.finish_load();
}

// Beyond it an index of the input could run over.
constexpr std::uint64_t kLastIndex = std::uint64_t{1} << 62;

void apply(StreamMachine& machine, std::string_view input) {
  // As the log gives them: behind what the pages say was applied.
  std::uint64_t index = machine.applied().value;
  if (index > kLastIndex) return;
  for (Part part; take_part(input, part);) {
    if (part.kind <= kIndexRowPart || !check_entry(part.bytes)) continue;
    StreamEffects effects;
    ++index;
    while (machine.apply(LogIndex(index), Bytes::copy_of(part.bytes), effects) ==
           ApplyProgress::kMore) {
      effects.clear();
    }
  }
}

void look_at(StreamMachine& machine) {
  const std::uint64_t count = machine.message_count();
  LEAT_CHECK(count == 0 || machine.contains(machine.first_sequence())) << count;
  LEAT_CHECK(machine.last_sequence().value + 1 >= machine.first_sequence().value);
  machine.subject_counts(">");
  machine.next_expiry();
  for (const ConsumerId id : machine.consumer_ids()) {
    machine.consumer_info(*machine.find_consumer(id));
  }
  machine.take_dirty_pages([](const StatePageKey&, std::string_view) {});
}

}  // namespace
}  // namespace leat

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  leat::StreamMachine loaded;
  if (leat::load(loaded, input)) {
    leat::look_at(loaded);
    leat::apply(loaded, input);
    if (!loaded.is_deleted()) leat::look_at(loaded);
  }
  leat::StreamMachine fresh;
  leat::apply(fresh, input);
  if (!fresh.is_deleted()) leat::look_at(fresh);
  return 0;
}
