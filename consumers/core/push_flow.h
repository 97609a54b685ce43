#pragma once

#include <algorithm>
#include <cstddef>

namespace leat {

// The flow control window of one push consumer: how many bytes may be under way without an answer.
// Pure; owned by the consumer's push endpoint.
//
//   sent > window / 2, nothing asked yet  ->  ask (one flow control request at a time)
//   sent > window                         ->  deliver nothing until the answer
//   answer                                ->  window doubles, what was sent before the question is
//                                             no longer under way
class PushFlow {
 public:
  static constexpr std::size_t kWindowMax = 32 * 1024 * 1024;
  static constexpr std::size_t kWindowFirst = kWindowMax / 16;

  bool is_open() const { return sent_ <= window_; }
  void sent(std::size_t bytes) { sent_ += bytes; }
  bool must_ask() const { return !is_asked_ && sent_ > window_ / 2; }
  void asked() {
    is_asked_ = true;
    sent_before_question_ = sent_;
  }
  bool is_asked() const { return is_asked_; }
  void answered() {
    if (!is_asked_) return;
    is_asked_ = false;
    window_ = std::min(window_ * 2, kWindowMax);
    sent_ -= std::min(sent_, sent_before_question_);
  }

 private:
  std::size_t window_ = kWindowFirst;
  std::size_t sent_ = 0;
  std::size_t sent_before_question_ = 0;
  bool is_asked_ = false;
};

}  // namespace leat
