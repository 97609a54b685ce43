#include "consumers/core/filter_set.h"

#include <algorithm>
#include <utility>

#include "core/subject/subject.h"

namespace leat {

FilterSet::FilterSet(std::vector<std::string> filters) : filters_(std::move(filters)) {
  // "Everything" has one spelling inside.
  if (std::find(filters_.begin(), filters_.end(), ">") != filters_.end()) filters_.clear();
  is_one_subject_ = filters_.size() == 1 && !has_wildcards(filters_.front());
}

bool FilterSet::matches(std::string_view subject) const {
  return filters_.empty() || std::any_of(filters_.begin(), filters_.end(), [&](const auto& filter) {
           return subject_matches(filter, subject);
         });
}

void FilterSet::expect(std::uint32_t number_end) const {
  number_end = std::min(number_end, kRemembered);
  if (number_end > known_.size()) known_.resize(number_end);
}

FilterSet::Known FilterSet::learn(const SubjectRef& subject) const {
  const bool is_match = matches(subject.text);
  const Known answer = is_match ? Known::kYes : Known::kNo;
  if (subject.number >= kRemembered) return answer;
  if (subject.number >= known_.size()) {
    known_.resize(std::min(subject.number + subject.number / 8 + 16, kRemembered));
  }
  known_[subject.number] = subject.generation << 1 | (is_match ? 1 : 0);
  return answer;
}

}  // namespace leat
