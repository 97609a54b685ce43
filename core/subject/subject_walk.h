#pragma once

#include <cstddef>
#include <string_view>

namespace leat::internal {

// How far the bytes of a subject have been followed through a filter. A filter leaves no choice on
// the way, `*` being exactly one token, so one place is enough.
class FilterPlace {
 public:
  explicit FilterPlace(std::string_view filter) : filter_(filter) { settle(); }

  // Follows the next bytes; false: nothing that begins like this can match.
  bool advance(std::string_view bytes) {
    for (const char byte : bytes) {
      if (kind_ == Kind::kAll) break;
      if (!advance(byte)) return false;
    }
    has_bytes_ = has_bytes_ || !bytes.empty();
    return true;
  }
  // Whether a subject that ends here matches.
  bool accepts() const {
    if (kind_ == Kind::kAll) return has_bytes_;
    if (kind_ == Kind::kToken) return has_bytes_ && at_ + 1 == filter_.size();
    return at_ == filter_.size();
  }
  // Whether only one byte can come next (`only_byte`), or none at all (the filter is used up).
  bool is_text() const { return kind_ == Kind::kText; }
  bool is_used_up() const { return is_text() && at_ == filter_.size(); }
  char only_byte() const { return filter_[at_]; }

 private:
  enum class Kind { kText, kToken, kAll };

  bool advance(char byte) {
    if (kind_ == Kind::kToken && byte != '.') {
      has_bytes_ = true;
      return true;
    }
    if (kind_ == Kind::kToken) {
      if (!has_bytes_) return false;
      ++at_;  // behind the star stands a dot or the end
    }
    if (at_ == filter_.size() || filter_[at_] != byte) return false;
    ++at_;
    if (byte == '.') {
      settle();
    } else {
      kind_ = Kind::kText;
    }
    return true;
  }

  // At the start of a token: sees what it is.
  void settle() {
    const std::string_view rest = filter_.substr(at_);
    has_bytes_ = false;
    if (rest == ">") {
      kind_ = Kind::kAll;
    } else if (rest == "*" || rest.starts_with("*.")) {
      kind_ = Kind::kToken;
    } else {
      kind_ = Kind::kText;
    }
  }

  std::string_view filter_;
  std::size_t at_ = 0;
  Kind kind_ = Kind::kText;
  bool has_bytes_ = false;  // of the token under `*`, or of what `>` stands for
};

}  // namespace leat::internal
