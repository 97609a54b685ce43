#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "streams/core/index_budget.h"

namespace leat {

// What a stream knows of one subject: 24 bytes, a stream may have millions of them.
struct SubjectEntry {
  StreamSeq first;          // or a bound below it
  StreamSeq last;           // or a bound above it
  std::uint32_t count = 0;  // 0: its number is free
  std::uint32_t is_first_stale : 1 = 0;
  std::uint32_t is_last_stale : 1 = 0;
  std::uint32_t text : 30 = 0;  // where the page has it
};

// The entries and texts of 64 subjects with consecutive numbers. One that has all its entries may
// be spilled. Owned by a SubjectTable, on its thread. Entries and texts stay where they are until
// a subject is added to the page or leaves it, or it is spilled (IndexPart::use).
//
//   texts: size 4 | text || size 4 | text || what has left ...
class SubjectPage final : public IndexPart {
 public:
  static constexpr std::size_t kSubjects = 64;

  std::size_t size() const { return entries_.size(); }
  SubjectEntry& at(std::size_t place) { return entries_[place]; }
  std::string_view text(std::size_t place) const {
    const char* at = texts_.data() + entries_[place].text;
    TextSize size = 0;
    std::memcpy(&size, at, sizeof(size));
    return {at + sizeof(size), size};
  }

  // A place for a subject behind all others, with its text.
  void append(std::string_view subject);
  // A place that is free is given another text; one that gets free loses it.
  void set_text(std::size_t place, std::string_view subject);
  void remove_text(std::size_t place);

 private:
  using TextSize = std::uint32_t;

  void save(std::string& out) const override;
  void load(std::string_view saved) override;
  void release() override;
  std::size_t memory_bytes() const override;

  void compact();

  std::vector<SubjectEntry> entries_;
  std::string texts_;
  std::size_t unused_bytes_ = 0;  // of texts that have left
};

}  // namespace leat
