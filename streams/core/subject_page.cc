#include "streams/core/subject_page.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace leat {

namespace {
constexpr std::size_t kTextBytesMax = std::size_t{1} << 30;
}  // namespace

void SubjectPage::append(std::string_view subject) {
  LEAT_CHECK(entries_.size() < kSubjects);
  entries_.emplace_back();
  set_text(entries_.size() - 1, subject);
  if (entries_.size() == kSubjects) texts_.shrink_to_fit();
}

void SubjectPage::set_text(std::size_t place, std::string_view subject) {
  const auto size = static_cast<TextSize>(subject.size());
  LEAT_CHECK(texts_.size() + sizeof(size) + size < kTextBytesMax) << texts_.size();
  entries_[place].text = static_cast<std::uint32_t>(texts_.size()) & (kTextBytesMax - 1);
  texts_.append(reinterpret_cast<const char*>(&size), sizeof(size));
  texts_.append(subject);
  note_size();
}

void SubjectPage::remove_text(std::size_t place) {
  unused_bytes_ += sizeof(TextSize) + text(place).size();
  if (2 * unused_bytes_ > texts_.size()) compact();
}

// What is in use, anew. A place counts nothing before its text is removed.
void SubjectPage::compact() {
  std::string texts;
  texts.reserve(texts_.size() - unused_bytes_);
  for (std::size_t place = 0; place < entries_.size(); ++place) {
    if (entries_[place].count == 0) continue;
    const std::string_view of_place(texts_.data() + entries_[place].text,
                                    sizeof(TextSize) + text(place).size());
    entries_[place].text = static_cast<std::uint32_t>(texts.size()) & (kTextBytesMax - 1);
    texts.append(of_place);
  }
  texts_ = std::move(texts);
  unused_bytes_ = 0;
  note_size();
}

void SubjectPage::save(std::string& out) const {
  out.append(reinterpret_cast<const char*>(entries_.data()),
             entries_.size() * sizeof(SubjectEntry));
  out.append(texts_);
}

void SubjectPage::load(std::string_view saved) {
  entries_.resize(kSubjects);
  const std::size_t bytes = kSubjects * sizeof(SubjectEntry);
  LEAT_CHECK(saved.size() >= bytes) << saved.size();
  std::copy_n(saved.data(), bytes, reinterpret_cast<char*>(entries_.data()));
  texts_.assign(saved.substr(bytes));
}

void SubjectPage::release() {
  std::vector<SubjectEntry>().swap(entries_);
  std::string().swap(texts_);
}

std::size_t SubjectPage::memory_bytes() const {
  return entries_.capacity() * sizeof(SubjectEntry) + texts_.capacity();
}

}  // namespace leat
