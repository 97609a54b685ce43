#include "core/session/out_queue.h"

#include <utility>

#include "core/base/check.h"
#include "core/base/limits.h"

namespace leat {

namespace {

constexpr std::size_t kLineRoom = 128;  // a guess; the writer makes more room where it is short

}  // namespace

void OutQueue::append_delivery(const DeliveryLine& line, std::string_view body,
                               const Bytes& frame) {
  const bool by_reference = body.size() >= limits::kReferencedBytes && !frame.empty();
  make_room(kLineRoom + (by_reference ? 0 : body.size()));
  if (!by_reference) {
    write_delivery(text_, line, body);
    return;
  }
  write_delivery_line(text_, line);
  append(frame.slice_of(body));
  text_.append("\r\n");
}

void OutQueue::append(Bytes bytes) {
  seal();
  sealed_bytes_ += bytes.size();
  sealed_.push_back(std::move(bytes));
}

// Begins a new block of full size when the one in use would have to be moved: what it holds is
// sealed instead, which copies nothing.
void OutQueue::make_room(std::size_t bytes) {
  if (text_.writable_size() >= bytes) return;
  if (is_grown_) {
    if (text_.filled().size() >= limits::kOutBlockBytes / 2) seal();
    return;
  }
  if (text_.filled().size() + bytes <= limits::kSmallOutBlockBytes) return;
  seal();
  text_ = ByteBuffer(limits::kOutBlockBytes);
  is_grown_ = true;
}

void OutQueue::seal() {
  const std::size_t size = text_.filled().size();
  if (size == 0) return;
  sealed_bytes_ += size;
  sealed_.push_back(text_.take_all());
}

std::vector<Bytes> OutQueue::next_write() {
  LEAT_CHECK(!is_writing());
  seal();
  std::vector<Bytes> pieces;
  std::size_t count = 0;
  std::size_t bytes = 0;
  // Bounded, so that progress shows and the write deadline is that of a bounded write.
  while (count < sealed_.size() && (count == 0 || bytes < limits::kWriteBytes)) {
    bytes += sealed_[count++].size();
  }
  if (count == sealed_.size()) {
    pieces.swap(sealed_);
  } else {
    const auto end = sealed_.begin() + static_cast<std::ptrdiff_t>(count);
    pieces.assign(std::make_move_iterator(sealed_.begin()), std::make_move_iterator(end));
    sealed_.erase(sealed_.begin(), end);
  }
  sealed_bytes_ -= bytes;
  bytes_under_way_ = bytes;
  return pieces;
}

void OutQueue::shrink() {
  if (pending_bytes() > 0) return;
  text_ = ByteBuffer(limits::kSmallOutBlockBytes);
  is_grown_ = false;
}

}  // namespace leat
