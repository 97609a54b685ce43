// What would be wrong: a block or an index row of any bytes, under a right checksum, brings the
// server down or makes it read beyond them.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "core/base/encoding.h"
#include "core/base/hash.h"
#include "storage/api/block_format.h"
#include "storage/api/index_row.h"

namespace {

// Both formats have their checksum here.
constexpr std::size_t kChecksumOffset = 4;

std::size_t total(std::string_view text) {
  std::size_t sum = 0;
  for (const char c : text) sum += static_cast<unsigned char>(c);
  return sum;
}

std::size_t read_block(const std::string& bytes) {
  const auto block = leat::BlockReader::open(leat::Bytes::copy_of(bytes));
  std::size_t sum = leat::last_sequence_of_block(bytes).value & 1;
  if (!block) return sum;
  for (std::size_t i = 0; i < block->message_count(); ++i) {
    const leat::StoredMessage message = block->at(i);
    LEAT_CHECK(message.sequence >= block->first()) << message.sequence;
    sum += total(message.subject) + total(message.headers) + total(message.payload);
    LEAT_CHECK(block->find(message.sequence).has_value()) << message.sequence;
  }
  return sum;
}

std::size_t read_index_row(const std::string& bytes) {
  const auto row = leat::IndexRow::parse(bytes);
  std::size_t sum = leat::last_sequence_of_index_row(bytes).value & 1;
  if (!row) return sum;
  for (const leat::IndexedMessage& message : row->messages) {
    LEAT_CHECK(message.subject < row->subjects.size()) << message.subject;
    sum += total(row->subjects[message.subject]);
  }
  for (const leat::IndexedMessageId& id : row->ids) sum += total(id.id);
  return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  volatile std::size_t sum = read_block(bytes) + read_index_row(bytes);
  if (size < kChecksumOffset + sizeof(std::uint32_t)) return 0;
  leat::encoding::store(bytes.data() + kChecksumOffset,
                        leat::crc32c_around(bytes, kChecksumOffset));
  sum = sum + read_block(bytes) + read_index_row(bytes);
  return 0;
}
