#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace leat {

// A subject as its stream knows it. Numbers are dense and used again once a subject has left the
// stream; the generation tells one user of a number from the next. Leader and replicas may number
// differently: never in the log, a page or the hash.
struct SubjectRef {
  std::uint32_t number = 0;
  std::uint32_t generation = 0;
  std::string_view text{};
};

// The filters of one consumer (or of one request), with the answer for each of the first million
// subjects of the stream remembered by number. Owned by the consumer's state; used on the stream's
// thread.
class FilterSet {
 public:
  FilterSet() = default;  // every subject
  explicit FilterSet(std::vector<std::string> filters);

  bool is_everything() const { return filters_.empty(); }
  const std::vector<std::string>& filters() const { return filters_; }
  // Whether it names exactly one subject.
  bool is_one_subject() const { return is_one_subject_; }
  bool matches(std::string_view subject) const;
  // Makes room at once, before all subjects below this number are asked for.
  void expect(std::uint32_t number_end) const;
  // What is remembered, without the text.
  enum class Known : std::uint8_t { kNothing, kNo, kYes };
  Known known(std::uint32_t number, std::uint32_t generation) const {
    if (filters_.empty()) return Known::kYes;
    if (number >= known_.size() || known_[number] >> 1 != generation) return Known::kNothing;
    return (known_[number] & 1) != 0 ? Known::kYes : Known::kNo;
  }
  // Looks at the text and remembers: never kNothing.
  Known learn(const SubjectRef& subject) const;
  bool matches(const SubjectRef& subject) const {
    const Known answer = known(subject.number, subject.generation);
    return (answer == Known::kNothing ? learn(subject) : answer) == Known::kYes;
  }

 private:
  // 4 MiB a consumer. Beyond it the text is looked at each time.
  static constexpr std::uint32_t kRemembered = 1U << 20;

  std::vector<std::string> filters_;
  bool is_one_subject_ = false;
  // Generation * 2 + matches, by number.
  mutable std::vector<std::uint32_t> known_;
};

}  // namespace leat
