#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace leat {

namespace internal {

// A block of memory with a count of its owners; the bytes follow the header.
struct ByteBlock {
  std::atomic<std::uint32_t> owners{1};
  std::uint32_t capacity = 0;

  char* bytes() { return reinterpret_cast<char*>(this + 1); }
  static ByteBlock* allocate(std::size_t capacity);
  void retain() { owners.fetch_add(1, std::memory_order_relaxed); }
  void release();
};

}  // namespace internal

// An immutable run of bytes, shared by count. Copying costs one atomic increment and never copies
// the bytes; slices share the block of their origin. May be read and dropped on any thread.
// A small slice keeps its whole block alive: what is kept for long is copied out first.
class Bytes {
 public:
  Bytes() = default;
  Bytes(const Bytes& other) : block_(other.block_), data_(other.data_), size_(other.size_) {
    if (block_ != nullptr) block_->retain();
  }
  Bytes(Bytes&& other) noexcept
      : block_(std::exchange(other.block_, nullptr)),
        data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)) {}
  Bytes& operator=(Bytes other) noexcept {
    std::swap(block_, other.block_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Bytes() {
    if (block_ != nullptr) block_->release();
  }

  static Bytes copy_of(std::string_view text);
  // Bytes that live as long as the process, such as a literal; never counted.
  static Bytes of_static(std::string_view text);

  const char* data() const { return data_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {data_, size_}; }

  // The part of `size` bytes from `offset`; both must lie inside.
  Bytes slice(std::size_t offset, std::size_t size) const;
  // The same for a view that points into these bytes.
  Bytes slice_of(std::string_view inside) const;

 private:
  friend class ByteBuffer;
  Bytes(internal::ByteBlock* block, const char* data, std::size_t size)
      : block_(block), data_(data), size_(static_cast<std::uint32_t>(size)) {}

  internal::ByteBlock* block_ = nullptr;
  const char* data_ = nullptr;
  std::uint32_t size_ = 0;
};

// A buffer that one owner fills at its end and hands out as Bytes without a copy. What was shared
// is never written again; when the room runs out while shares exist, a new block begins and the
// unshared rest moves there. Used for socket reads, log entries and replies of one turn.
class ByteBuffer {
 public:
  // A block is of this size with its header; larger where more is wanted at once.
  explicit ByteBuffer(std::size_t block_size = 64 * 1024)
      : next_size_(block_size), block_size_(block_size) {}
  // Begins with a small block and doubles up to full ones, for owners of which there are many and
  // few are busy.
  struct Sizes {
    std::size_t first = 0;
    std::size_t full = 0;
  };
  explicit ByteBuffer(Sizes sizes) : next_size_(sizes.first), block_size_(sizes.full) {}
  ByteBuffer(ByteBuffer&&) noexcept;
  ByteBuffer& operator=(ByteBuffer&&) noexcept;
  ByteBuffer(const ByteBuffer&) = delete;
  ByteBuffer& operator=(const ByteBuffer&) = delete;
  ~ByteBuffer();

  // Room for at least `size` bytes at the end; valid until the next call that is not const.
  char* writable(std::size_t size);
  std::size_t writable_size() const;
  void commit(std::size_t size);  // `size` of the writable bytes are now filled
  void append(std::string_view text);

  // Filled and not yet taken.
  std::string_view filled() const;
  // Takes the first `size` filled bytes; they leave filled().
  Bytes take(std::size_t size);
  Bytes take_all() { return take(filled().size()); }
  // Drops the first `size` filled bytes without sharing them.
  void consume(std::size_t size);
  // Shares a part of filled() that stays in it, such as a payload inside a read.
  Bytes share(std::string_view inside) const;

 private:
  internal::ByteBlock* block_ = nullptr;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t next_size_;  // of the next block
  std::size_t block_size_;
};

}  // namespace leat
