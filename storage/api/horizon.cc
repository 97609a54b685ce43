#include "storage/api/horizon.h"

#include <string>

#include "core/base/encoding.h"

namespace leat {

namespace {
constexpr std::uint64_t kWitnessVersion = 2;
constexpr std::uint64_t kFirstWitnessVersion = 1;
}  // namespace

Bytes encode_witness(const Witness& witness) {
  std::string payload;
  encoding::append(payload, kWitnessVersion);
  encoding::append(payload, witness.flushed.value);
  encoding::append(payload, witness.kept_from);
  return Bytes::copy_of(payload);
}

Result<Witness> decode_witness(std::string_view payload) {
  encoding::Cursor cursor(payload);
  const auto version = cursor.number<std::uint64_t>();
  Witness witness;
  witness.flushed = StoreTicket(cursor.number<std::uint64_t>());
  if (version == kWitnessVersion) witness.kept_from = cursor.number<std::uint64_t>();
  if (!cursor.is_good() || (version != kWitnessVersion && version != kFirstWitnessVersion)) {
    return failure(ErrorKind::kCorruption,
                   "a witness record of the journal has version " + std::to_string(version) +
                       ", this server reads up to " + std::to_string(kWitnessVersion));
  }
  return witness;
}

}  // namespace leat
