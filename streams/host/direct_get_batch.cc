#include "streams/host/direct_get_batch.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/base/limits.h"
#include "streams/host/direct_get.h"

namespace leat {
namespace {

// More subjects than this are refused (413), as the peer does.
constexpr std::size_t kSubjectsMax = 1024;
constexpr std::uint32_t kScanBudget = 1u << 30;

}  // namespace

DirectGetBatch::DirectGetBatch(Stream& stream, Router& router, const ReplyHandle& to,
                               const MsgGetRequest& request)
    : stream_(stream), router_(router), to_(to), request_(request) {
  if (!request.next_by_subj.empty()) filters_ = FilterSet({request.next_by_subj});
  left_ = request.batch > 0 ? static_cast<std::uint64_t>(request.batch) : ~std::uint64_t{0};
  // Of a number of messages below zero nothing is sent; of bytes below zero, one message.
  if (request.batch < 0 && request.multi_last.empty()) left_ = 0;
  bytes_left_ = limits::kPendingBytes;
  if (request.max_bytes > 0) bytes_left_ = static_cast<std::size_t>(request.max_bytes);
  if (request.max_bytes < 0) bytes_left_ = 1;
}

void DirectGetBatch::start(Stream& stream, Router& router, const ReplyHandle& to,
                           const MsgGetRequest& request) {
  const std::shared_ptr<DirectGetBatch> batch(new DirectGetBatch(stream, router, to, request));
  if (batch->select()) batch->run();
}

bool DirectGetBatch::select() {
  if (!request_.multi_last.empty()) return select_last_of_each();
  select_from();
  if (pending_ > 0 || left_ == 0) return true;
  send_status(404, "Message Not Found");
  return false;
}

bool DirectGetBatch::select_last_of_each() {
  const StreamMachine& machine = stream_.machine();
  up_to_ = machine.last_sequence();
  if (request_.up_to_seq) up_to_ = request_.up_to_seq;
  if (request_.up_to_time) {
    const StreamSeq at = machine.first_at_or_after(*request_.up_to_time);
    if (at) up_to_ = at.previous();
  }
  if (up_to_ == machine.last_sequence()) {
    chosen_ = machine.last_per_subject(request_.multi_last);
  } else if (up_to_ < machine.last_sequence()) {
    // The state knows the last one as of now; as of then it has to be looked for.
    const FilterSet filters(request_.multi_last);
    std::map<std::string, StreamSeq, std::less<>> last;
    StreamSeq at = machine.first_sequence();
    while (at <= up_to_) {
      const ScanResult found = machine.view().scan(filters, at, kScanBudget);
      if (!found.sequence || found.sequence > up_to_) break;
      last[std::string(machine.message(found.sequence)->subject)] = found.sequence;
      at = found.sequence.next();
    }
    for (const auto& [subject, sequence] : last) chosen_.push_back(sequence);
    std::sort(chosen_.begin(), chosen_.end());
  }
  if (chosen_.size() > kSubjectsMax) {
    send_status(413, "Too Many Results");
    return false;
  }
  if (chosen_.empty()) {
    send_status(404, "No Results");
    return false;
  }
  std::erase_if(chosen_, [&](StreamSeq sequence) { return sequence < request_.seq; });
  pending_ = chosen_.size();
  return true;
}

void DirectGetBatch::select_from() {
  const StreamMachine& machine = stream_.machine();
  from_ = std::max(request_.seq, machine.first_sequence());
  if (request_.start_time) {
    from_ = machine.first_at_or_after(*request_.start_time);
    if (!from_) from_ = machine.last_sequence().next();
  }
  pending_ = machine.view().count(filters_, from_);
}

StreamSeq DirectGetBatch::next_sequence() {
  if (left_ == 0 || bytes_left_ == 0) return {};
  const StreamMachine& machine = stream_.machine();
  if (request_.multi_last.empty()) {
    return machine.view().scan(filters_, from_, kScanBudget).sequence;
  }
  while (next_chosen_ < chosen_.size() && !machine.contains(chosen_[next_chosen_])) ++next_chosen_;
  return next_chosen_ < chosen_.size() ? chosen_[next_chosen_] : StreamSeq();
}

void DirectGetBatch::run() {
  for (std::uint32_t sent = 0; sent < limits::kDeliveriesPerTurn; ++sent) {
    const StreamSeq sequence = next_sequence();
    if (!sequence) return finish();
    const std::optional<MessageView> message = stream_.reader().find(sequence);
    if (!message) {
      // The reader answers to nobody once the stream has gone, and then this ends with it.
      stream_.reader().load(
          sequence, Reader::Extent::kBlock,
          [self = shared_from_this(), sequence](Status loaded) { self->go_on(sequence, loaded); });
      if (request_.multi_last.empty()) {
        stream_.reader().read_ahead(stream_.reader().behind_block_of(sequence),
                                    Reader::Extent::kBlock);
      }
      return;
    }
    send(*message);
  }
  stream_.post([self = shared_from_this()] { self->run(); });
}

void DirectGetBatch::go_on(StreamSeq sequence, const Status& loaded) {
  if (!loaded) return send_status(500, loaded.error().text);
  if (missing_.is_missing_again(stream_, sequence)) {
    return send_status(500, "message is missing in its block");
  }
  run();
}

void DirectGetBatch::send(const MessageView& message) {
  if (pending_ > 0) --pending_;
  std::string_view block;
  // Which subject it is of can be read nowhere else.
  if (!request_.no_hdr || !request_.multi_last.empty()) {
    block = direct_get_headers(headers_, stream_.name(), message)
                .add("Nats-Num-Pending", pending_)
                .add("Nats-Last-Sequence", last_sent_.value)
                .finish();
  }
  router_.answer(to_, block, message.payload());
  last_sent_ = message.sequence;
  from_ = message.sequence.next();
  ++next_chosen_;
  --left_;
  // Counted as it is stored, without what the headers of the answer add.
  bytes_left_ -= std::min(bytes_left_, message.subject.size() + message.body.size());
}

void DirectGetBatch::finish() {
  headers_.start(204, "EOB").add("Nats-Num-Pending", pending_);
  headers_.add("Nats-Last-Sequence", last_sent_.value);
  if (!request_.multi_last.empty()) headers_.add("Nats-UpTo-Sequence", up_to_.value);
  router_.answer(to_, headers_.finish(), {});
}

void DirectGetBatch::send_status(int status, std::string_view text) {
  router_.answer(to_, headers_.start(status, text).finish(), {});
}

}  // namespace leat
