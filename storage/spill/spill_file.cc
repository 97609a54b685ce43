#include "storage/spill/spill_file.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>
#include <utility>

#include "core/base/check.h"
#include "core/base/hash.h"
#include "core/base/limits.h"
#include "core/base/log.h"
#include "storage/api/poison.h"

namespace leat {

namespace {

using Checksum = std::uint64_t;

// Slots of four sizes between a power of two and the next: 512, 640, 768, 896, 1024, 1280 ...
constexpr std::size_t kSlotBytesMin = 512;
constexpr std::size_t kClassesPerDoubling = 4;

std::size_t class_of(std::size_t bytes) {
  if (bytes <= kSlotBytesMin) return 0;
  const std::size_t power = std::bit_floor(bytes - 1);
  const std::size_t step = power / kClassesPerDoubling;
  const auto doublings = static_cast<std::size_t>(std::bit_width(power / kSlotBytesMin)) - 1;
  return doublings * kClassesPerDoubling + (bytes - 1 - power) / step + 1;
}

std::size_t slot_bytes(std::size_t slot_class) {
  const std::size_t power = kSlotBytesMin << (slot_class / kClassesPerDoubling);
  return power + power / kClassesPerDoubling * (slot_class % kClassesPerDoubling);
}

// Of the bytes and of where they are: a slot that was read from elsewhere is not taken for this
// one.
Checksum checksum(std::string_view bytes, std::uint64_t place) { return xxh3_64(bytes, place); }

}  // namespace

SpillFile::SpillFile(FileSystem& files, Place place) : files_(files), place_(std::move(place)) {}

SpillFile::~SpillFile() {
  if (file_ == nullptr) return;
  file_.reset();
  if (const Status removed = files_.remove(path()); !removed) {
    LEAT_LOG(kWarning) << "What was spilled stays until the next start: " << removed.error().text;
  }
}

Status SpillFile::prepare(FileSystem& files, const std::string& directory) {
  LEAT_TRY(files.make_directories(directory));
  LEAT_TRY_ASSIGN(const std::vector<std::string> names, files.list(directory));
  for (const std::string& name : names) LEAT_TRY(files.remove(directory + "/" + name));
  return {};
}

std::optional<SpillRef> SpillFile::put(std::string_view bytes) {
  LEAT_CHECK(!bytes.empty() && bytes.size() < limits::kSpillBytesMax) << bytes.size();
  const std::size_t slot_class = class_of(bytes.size() + sizeof(Checksum));
  const auto place = find_room(slot_class);
  if (!place) return std::nullopt;
  buffer_.assign(bytes);
  const Checksum sum = checksum(bytes, *place);
  buffer_.append(reinterpret_cast<const char*>(&sum), sizeof(sum));
  if (const Status written = file_->write_at(*place, buffer_); !written) {
    if (written.error().kind != ErrorKind::kNoSpace) {
      poison_process("Spilling to " + path(), written.error());
    }
    free_[slot_class].push_back(*place);
    note_full(written.error().text);
    return std::nullopt;
  }
  if (std::exchange(is_full_, false)) {
    LEAT_LOG(kInfo) << "There is room again to spill indexes to " << path();
  }
  return SpillRef{.place = *place, .bytes = static_cast<std::uint32_t>(bytes.size())};
}

std::optional<std::uint64_t> SpillFile::find_room(std::size_t slot_class) {
  if (slot_class >= free_.size()) free_.resize(slot_class + 1);
  std::vector<std::uint64_t>& free = free_[slot_class];
  if (!free.empty()) {
    const std::uint64_t place = free.back();
    free.pop_back();
    return place;
  }
  const std::size_t bytes = slot_bytes(slot_class);
  if (!may_grow(bytes) || !open_file()) return std::nullopt;
  return std::exchange(end_, end_ + bytes);
}

bool SpillFile::may_grow(std::uint64_t bytes) {
  if (end_ + bytes <= room_known_to_) return true;
  const Result<std::uint64_t> free = files_.free_bytes(place_.directory);
  if (!free) poison_process("Spilling to " + path(), free.error());
  const std::uint64_t step = std::max<std::uint64_t>(bytes, limits::kSpillGrowBytes);
  if (*free < place_.reserve_bytes + step) {
    note_full(std::to_string(*free) + " bytes are free");
    return false;
  }
  room_known_to_ = end_ + step;
  return true;
}

bool SpillFile::open_file() {
  if (file_ != nullptr) return true;
  Result<std::unique_ptr<File>> opened = files_.open(path(), OpenMode::kCreate);
  if (!opened) {
    if (opened.error().kind != ErrorKind::kNoSpace) {
      poison_process("Spilling to " + path(), opened.error());
    }
    note_full(opened.error().text);
    return false;
  }
  file_ = std::move(*opened);
  LEAT_LOG(kInfo)
      << "The indexes of streams take more than index_memory: what is used least goes to "
      << path();
  return true;
}

void SpillFile::note_full(const std::string& why) {
  if (std::exchange(is_full_, true)) return;
  LEAT_LOG(kWarning) << "No room to spill indexes to " << path() << ", they take more memory than "
                     << "index_memory: " << why;
}

void SpillFile::get(const SpillRef& ref, std::string& into) {
  into.resize(ref.bytes + sizeof(Checksum));
  const Result<std::size_t> read = file_->read_at(ref.place, std::span<char>(into));
  if (!read) poison_process("Reading what was spilled", read.error());
  Checksum sum = 0;
  if (*read == into.size()) std::memcpy(&sum, into.data() + ref.bytes, sizeof(sum));
  into.resize(ref.bytes);
  if (*read == ref.bytes + sizeof(sum) && sum == checksum(into, ref.place)) return;
  poison_process("Reading what was spilled",
                 {ErrorKind::kCorruption, path() + " is damaged at " + std::to_string(ref.place)});
}

void SpillFile::drop(const SpillRef& ref) {
  free_[class_of(ref.bytes + sizeof(Checksum))].push_back(ref.place);
}

}  // namespace leat
