#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/limits.h"
#include "proto/client/writer.h"

namespace leat {

// What is to be written to one connection. Owned by its session, on the shard's thread.
//
//   text() -> [piece][piece by reference][piece] -> next_write() -> (one write under way) -> gone
//
// Small output is copied into one buffer, so that a turn becomes one write of few pieces; a large
// body goes by reference to the memory it was received in. Has no memory of its own while nothing
// is to be written and the connection is idle.
class OutQueue {
 public:
  // Where small output is appended.
  ByteBuffer& text() { return text_; }
  // A delivery; `body` lies in `frame` where there is one.
  void append_delivery(const DeliveryLine& line, std::string_view body, const Bytes& frame);
  // Bytes that go by themselves, such as an INFO before anything else.
  void append(Bytes bytes);

  // Bytes not yet written, with those under way.
  std::size_t pending_bytes() const {
    return sealed_bytes_ + text_.filled().size() + bytes_under_way_;
  }
  bool is_writing() const { return bytes_under_way_ > 0; }
  bool has_output() const { return sealed_bytes_ > 0 || !text_.filled().empty(); }

  // Takes the next pieces; they count as under way until written(). Never empty if has_output().
  std::vector<Bytes> next_write();
  void written() { bytes_under_way_ = 0; }

  // Gives memory back after a quiet time.
  void shrink();

 private:
  void make_room(std::size_t bytes);
  void seal();

  ByteBuffer text_{limits::kSmallOutBlockBytes};
  std::vector<Bytes> sealed_;
  std::size_t sealed_bytes_ = 0;
  std::size_t bytes_under_way_ = 0;
  bool is_grown_ = false;  // text_ has blocks of full size
};

}  // namespace leat
