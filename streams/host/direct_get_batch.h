#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "consumers/core/filter_set.h"
#include "core/router/router.h"
#include "proto/api/requests.h"
#include "proto/client/headers.h"
#include "streams/host/missing_message.h"
#include "streams/host/stream.h"

namespace leat {

// One direct get that is answered with several messages and `204 EOB`: the next ones from a place,
// or the last one of each of several subjects. Owns itself until its last answer, and ends without
// one when its stream goes. On the stream's shard; some messages a turn.
class DirectGetBatch : public std::enable_shared_from_this<DirectGetBatch> {
 public:
  static void start(Stream& stream, Router& router, const ReplyHandle& to,
                    const MsgGetRequest& request);

 private:
  DirectGetBatch(Stream& stream, Router& router, const ReplyHandle& to,
                 const MsgGetRequest& request);

  // Whether there is anything to send; it was answered otherwise.
  bool select();
  bool select_last_of_each();
  void select_from();
  StreamSeq next_sequence();
  void run();
  // When the block of this message was read.
  void go_on(StreamSeq sequence, const Status& loaded);
  void send(const MessageView& message);
  void finish();
  void send_status(int status, std::string_view text);

  Stream& stream_;
  Router& router_;
  ReplyHandle to_;
  MsgGetRequest request_;
  FilterSet filters_;  // of next_by_subj
  HeaderBuilder headers_;
  std::vector<StreamSeq> chosen_;  // multi_last: ascending
  std::size_t next_chosen_ = 0;
  StreamSeq from_;       // otherwise
  StreamSeq last_sent_;  // of this answer
  MissingMessage missing_;
  StreamSeq up_to_;  // multi_last: named in the end of batch
  std::uint64_t pending_ = 0;
  std::uint64_t left_ = 0;  // messages of the batch
  std::size_t bytes_left_ = 0;
};

}  // namespace leat
