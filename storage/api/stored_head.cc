#include "storage/api/stored_head.h"

#include <string>

#include "core/base/encoding.h"
#include "core/base/hash.h"

namespace leat {

namespace {

constexpr std::size_t kCountOffset = 2;
constexpr std::size_t kChecksumOffset = 4;

std::uint32_t checksum_of(std::string_view value) { return crc32c_around(value, kChecksumOffset); }

}  // namespace

void write_stored_head(char* value, std::size_t size_bytes, const StoredHeadKind& kind,
                       const StoredHead& head) {
  encoding::store(value, static_cast<std::uint16_t>(kind.version));  // and the byte that is zero
  encoding::store(value + kCountOffset, static_cast<std::uint16_t>(head.count));
  encoding::store(value + StoredHead::kFirstOffset, head.first.value);
  encoding::store(value + kChecksumOffset, checksum_of({value, size_bytes}));
}

Result<StoredHead> read_stored_head(std::string_view value, const StoredHeadKind& kind) {
  const std::string name(kind.name);
  if (value.size() < kind.header_bytes) {
    return failure(ErrorKind::kCorruption, name + ": shorter than its header");
  }
  if (encoding::load<std::uint32_t>(value.data() + kChecksumOffset) != checksum_of(value)) {
    return failure(ErrorKind::kCorruption, name + ": wrong checksum");
  }
  if (value[0] != static_cast<char>(kind.version)) {
    // Nothing is lost: it is whole, and whoever wrote it can read it.
    return failure(ErrorKind::kUnsupported,
                   name + " of version " + std::to_string(static_cast<unsigned char>(value[0])) +
                       ", this server reads version " + std::to_string(kind.version) +
                       ": start the version that wrote it");
  }
  return StoredHead{
      .count = encoding::load<std::uint16_t>(value.data() + kCountOffset),
      .first = StreamSeq(encoding::load<std::uint64_t>(value.data() + StoredHead::kFirstOffset))};
}

}  // namespace leat
