#include "storage/api/horizon.h"

#include <string>

#include "core/base/encoding.h"

namespace leat {

namespace {
constexpr std::uint64_t kWitnessVersion = 1;
}  // namespace

Bytes encode_witness(StoreTicket flushed) {
  std::string payload;
  encoding::append(payload, kWitnessVersion);
  encoding::append(payload, flushed.value);
  return Bytes::copy_of(payload);
}

Result<StoreTicket> decode_witness(std::string_view payload) {
  encoding::Cursor cursor(payload);
  const auto version = cursor.number<std::uint64_t>();
  const StoreTicket ticket(cursor.number<std::uint64_t>());
  if (!cursor.is_good() || version != kWitnessVersion) {
    return failure(ErrorKind::kCorruption, "a witness record has an unknown version or size");
  }
  return ticket;
}

}  // namespace leat
