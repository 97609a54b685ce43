#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "consumers/core/filter_set.h"
#include "core/base/ids.h"
#include "streams/core/message_index.h"
#include "streams/core/subject_page.h"

namespace leat {

// The subjects of a stream that have messages: {count, first, last} each, and the numbers by which
// the index names them. Part of the stream's state, on its thread. A number is used again when its
// subject has no message left. What finds a number, 14 to 22 bytes a subject, stays in memory; the
// rest is in pages that may be spilled.
//
// First and last are found lazily: a removal only marks them, and who asks pays for the way to the
// next one along the chain in the index.
class SubjectTable {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  // Pages that have their full size join `budget`; null: they stay in memory.
  explicit SubjectTable(IndexBudget* budget = nullptr) : budget_(budget) {}

  // Subjects with a message.
  std::size_t count() const { return number_end_ - free_.size(); }
  // One above the highest number in use.
  std::uint32_t number_end() const { return number_end_; }

  std::uint32_t find(std::string_view subject) const;  // kNone when it has no message
  // Adds a message behind all others; `number` is what find() said. Links it in the index, where it
  // stands already.
  std::uint32_t add(std::uint32_t number, std::string_view subject, StreamSeq sequence,
                    MessageIndex& index);
  // Takes a message away that was just erased from the index; frees the number with the last one.
  void remove(std::uint32_t number, StreamSeq sequence);
  void clear();

  // Messages of the subject; 0: the number is free.
  std::uint32_t count_of(std::uint32_t number) const { return entry(number).count; }
  // Valid until a subject comes or leaves, the budget settles, or a walk that had to fetch the page
  // gives it up.
  std::string_view text(std::uint32_t number) const {
    return page_of(number).text(place_of(number));
  }
  SubjectRef ref(std::uint32_t number) const {
    return {.number = number, .generation = generations_[number], .text = text(number)};
  }
  // Looks at the text only when the filters do not remember the answer, and leaves a page that is
  // spilled where it is: a walk over messages comes by all of them.
  bool matches(const FilterSet& filters, std::uint32_t number) const {
    const FilterSet::Known known = filters.known(number, generations_[number]);
    if (known != FilterSet::Known::kNothing) return known == FilterSet::Known::kYes;
    const IndexPass pass(pages_[number / SubjectPage::kSubjects].get());
    const bool is_match = filters.matches(ref(number));
    pass.end();
    return is_match;
  }
  StreamSeq first(std::uint32_t number, const MessageIndex& index) const;
  StreamSeq last(std::uint32_t number, const MessageIndex& index) const;
  // No message of the subject is outside these.
  StreamSeq first_bound(std::uint32_t number) const { return entry(number).first; }
  StreamSeq last_bound(std::uint32_t number) const { return entry(number).last; }
  // The message of the subject that follows this one; none behind the last.
  static StreamSeq next(std::uint32_t number, StreamSeq sequence, const MessageIndex& index);

  // Calls visit(number) for every subject that the filters let through; in the order of numbers,
  // which differs between servers: the caller sorts what leaves the machine.
  template <typename Visit>
  void for_each_matching(const FilterSet& filters, Visit visit) const;

 private:
  // 0: empty.
  struct Bucket {
    std::uint32_t number_and_one = 0;
    std::uint32_t hash = 0;
  };

  static std::size_t place_of(std::uint32_t number) { return number % SubjectPage::kSubjects; }
  // In memory.
  SubjectPage& page_of(std::uint32_t number) const {
    SubjectPage& page = *pages_[number / SubjectPage::kSubjects];
    page.use();
    return page;
  }
  const SubjectEntry& entry(std::uint32_t number) const {
    return page_of(number).at(place_of(number));
  }
  SubjectEntry& entry_to_change(std::uint32_t number) const {
    SubjectPage& page = *pages_[number / SubjectPage::kSubjects];
    page.change();
    return page.at(place_of(number));
  }
  std::uint32_t add_subject(std::string_view subject);
  void insert_bucket(const Bucket& bucket);
  void erase_bucket(const Bucket& bucket);
  void grow();

  IndexBudget* budget_;
  std::vector<std::unique_ptr<SubjectPage>> pages_;
  std::uint32_t number_end_ = 0;
  std::vector<std::uint32_t> generations_;  // of all numbers that were ever given
  std::vector<std::uint32_t> free_;
  std::vector<Bucket> buckets_;  // open addressing
};

template <typename Visit>
void SubjectTable::for_each_matching(const FilterSet& filters, Visit visit) const {
  if (filters.is_one_subject()) {
    const std::uint32_t number = find(filters.filters().front());
    if (number != kNone) visit(number);
    return;
  }
  if (!filters.is_everything()) filters.expect(number_end());
  std::uint32_t number = 0;
  for (const std::unique_ptr<SubjectPage>& page : pages_) {
    const IndexPass pass(page.get());
    page->use();
    for (std::size_t place = 0; place < page->size(); ++place, ++number) {
      if (page->at(place).count == 0) continue;
      const std::uint32_t generation = generations_[number];
      FilterSet::Known known = filters.known(number, generation);
      if (known == FilterSet::Known::kNothing) {
        known = filters.learn({number, generation, page->text(place)});
      }
      if (known == FilterSet::Known::kYes) visit(number);
    }
    pass.end();
  }
}

}  // namespace leat
