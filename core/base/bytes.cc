#include "core/base/bytes.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>

#include "core/base/check.h"

namespace leat {

namespace internal {

ByteBlock* ByteBlock::allocate(std::size_t capacity) {
  LEAT_CHECK(capacity <= std::numeric_limits<std::uint32_t>::max()) << capacity;
  void* memory = std::malloc(sizeof(ByteBlock) + capacity);  // NOLINT: the count owns it
  LEAT_CHECK(memory != nullptr) << "out of memory for " << capacity << " bytes";
  auto* block = new (memory) ByteBlock();
  block->capacity = static_cast<std::uint32_t>(capacity);
  return block;
}

void ByteBlock::release() {
  if (owners.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  this->~ByteBlock();
  std::free(this);  // NOLINT
}

}  // namespace internal

Bytes Bytes::copy_of(std::string_view text) {
  if (text.empty()) return {};
  auto* block = internal::ByteBlock::allocate(text.size());
  std::memcpy(block->bytes(), text.data(), text.size());
  return {block, block->bytes(), text.size()};
}

Bytes Bytes::of_static(std::string_view text) { return {nullptr, text.data(), text.size()}; }

Bytes Bytes::slice(std::size_t offset, std::size_t size) const {
  LEAT_CHECK(offset <= size_ && size <= size_ - offset) << offset << "+" << size << ">" << size_;
  if (block_ != nullptr) block_->retain();
  return {block_, data_ + offset, size};
}

Bytes Bytes::slice_of(std::string_view inside) const {
  if (inside.empty()) return {};
  LEAT_CHECK(inside.data() >= data_ && inside.data() + inside.size() <= data_ + size_);
  return slice(static_cast<std::size_t>(inside.data() - data_), inside.size());
}

ByteBuffer::ByteBuffer(ByteBuffer&& other) noexcept
    : block_(std::exchange(other.block_, nullptr)),
      begin_(std::exchange(other.begin_, 0)),
      end_(std::exchange(other.end_, 0)),
      next_size_(other.next_size_),
      block_size_(other.block_size_) {}

ByteBuffer& ByteBuffer::operator=(ByteBuffer&& other) noexcept {
  std::swap(block_, other.block_);
  std::swap(begin_, other.begin_);
  std::swap(end_, other.end_);
  std::swap(next_size_, other.next_size_);
  std::swap(block_size_, other.block_size_);
  return *this;
}

ByteBuffer::~ByteBuffer() {
  if (block_ != nullptr) block_->release();
}

char* ByteBuffer::writable(std::size_t size) {
  if (block_ != nullptr && block_->capacity - end_ >= size) return block_->bytes() + end_;
  const std::size_t held = end_ - begin_;
  const bool alone = block_ != nullptr && block_->owners.load(std::memory_order_acquire) == 1;
  if (alone && block_->capacity >= held + size) {
    std::memmove(block_->bytes(), block_->bytes() + begin_, held);
  } else {
    // Sizes are powers of two, as the allocator has them: with its header the block is one of them.
    const std::size_t room = next_size_ - std::min(next_size_, sizeof(internal::ByteBlock));
    auto* grown = internal::ByteBlock::allocate(std::max(room, held + std::max(held, size)));
    next_size_ = std::min(2 * next_size_, block_size_);
    if (held > 0) std::memcpy(grown->bytes(), block_->bytes() + begin_, held);
    if (block_ != nullptr) block_->release();
    block_ = grown;
  }
  begin_ = 0;
  end_ = held;
  return block_->bytes() + end_;
}

std::size_t ByteBuffer::writable_size() const {
  return block_ == nullptr ? 0 : block_->capacity - end_;
}

void ByteBuffer::commit(std::size_t size) {
  LEAT_CHECK(size <= writable_size()) << size;
  end_ += size;
}

void ByteBuffer::append(std::string_view text) {
  if (text.empty()) return;
  std::memcpy(writable(text.size()), text.data(), text.size());
  commit(text.size());
}

std::string_view ByteBuffer::filled() const {
  if (block_ == nullptr) return {};
  return {block_->bytes() + begin_, end_ - begin_};
}

Bytes ByteBuffer::take(std::size_t size) {
  const std::string_view held = filled();
  LEAT_CHECK(size <= held.size()) << size << ">" << held.size();
  Bytes taken = share(held.substr(0, size));
  begin_ += size;
  return taken;
}

void ByteBuffer::consume(std::size_t size) {
  LEAT_CHECK(size <= end_ - begin_) << size;
  begin_ += size;
}

Bytes ByteBuffer::share(std::string_view inside) const {
  if (inside.empty()) return {};
  LEAT_CHECK(inside.data() >= block_->bytes() + begin_ &&
             inside.data() + inside.size() <= block_->bytes() + end_);
  block_->retain();
  return {block_, inside.data(), inside.size()};
}

}  // namespace leat
