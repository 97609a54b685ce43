#include "streams/host/pending_answers.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "proto/api/pub_ack.h"

namespace leat {

PendingAnswers::Waiter PendingAnswers::waiter(AccountId account, ShardId shard,
                                              std::string_view reply) {
  Waiter waiter;
  waiter.account = account;
  waiter.shard = shard;
  if (!reply.empty()) {
    ByteBuffer& replies = context_.scratch.replies;
    replies.append(reply);
    waiter.reply = replies.take_all();
  }
  return waiter;
}

void PendingAnswers::add_publish(AccountId account, ShardId shard, std::string_view reply) {
  publishes_.push_back(waiter(account, shard, reply));
  ++gathering_.publishes;
}

void PendingAnswers::add_command(CommandCallback done) {
  commands_.push_back(std::move(done));
  ++gathering_.commands;
}

void PendingAnswers::add_ack(AccountId account, ShardId shard, std::string_view reply) {
  acks_.push_back(waiter(account, shard, reply));
  ++gathering_.acks;
}

void PendingAnswers::entry_proposed(const Proposal& place, std::size_t size_bytes) {
  gathering_.size_bytes = size_bytes;
  unapplied_bytes_ += size_bytes;
  entries_.add(place, std::exchange(gathering_, Entry()));
}

void PendingAnswers::entry_refused() { forget(std::exchange(gathering_, Entry()), Fate::kRefused); }

void PendingAnswers::release(const Proposal& place, const StreamEffects& effects) {
  entries_.reached(place, [&](const Entry& entry, Fate fate) {
    if (fate == Fate::kApplied) {
      answer(entry, effects);
    } else {
      forget(entry, fate);
    }
  });
}

void PendingAnswers::passed_no_op(const Proposal& place) {
  entries_.reached(place, [this](const Entry& entry, Fate fate) { forget(entry, fate); });
}

void PendingAnswers::passed(LogIndex last) {
  entries_.passed(last, [this](const Entry& entry, Fate fate) { forget(entry, fate); });
}

PendingAnswers::~PendingAnswers() {
  entries_.stop([this](const Entry& entry, Fate fate) { forget(entry, fate); });
  forget(gathering_, Fate::kStopped);
}

void PendingAnswers::answer(const Entry& entry, const StreamEffects& effects) {
  LEAT_CHECK(effects.verdicts.size() == entry.publishes) << effects.verdicts.size();
  LEAT_CHECK(effects.replies.size() == entry.commands) << effects.replies.size();
  LEAT_CHECK(effects.acks.size() == entry.acks) << effects.acks.size();
  unapplied_bytes_ -= entry.size_bytes;
  for (const PublishVerdict& verdict : effects.verdicts) {
    answer_publish(publishes_.pop_front(), verdict);
  }
  for (const AckVerdict& verdict : effects.acks) {
    Waiter waiter = acks_.pop_front();
    if (waiter.reply.empty() || !verdict.is_answered) continue;
    context_.router.answer({waiter.account, waiter.shard, std::move(waiter.reply)}, {}, {});
  }
  for (const CommandReply& reply : effects.replies) {
    CommandCallback done = commands_.pop_front();
    if (done) done({.fate = Fate::kApplied, .reply = &reply});
  }
}

// Publishers and senders of acks hear nothing, and send again.
void PendingAnswers::forget(const Entry& entry, Fate fate) {
  unapplied_bytes_ -= entry.size_bytes;
  for (std::uint32_t i = 0; i < entry.publishes; ++i) publishes_.pop_front();
  for (std::uint32_t i = 0; i < entry.acks; ++i) acks_.pop_front();
  for (std::uint32_t i = 0; i < entry.commands; ++i) {
    CommandCallback done = commands_.pop_front();
    if (done) done({.fate = fate, .reply = nullptr});
  }
}

void PendingAnswers::answer_publish(Waiter waiter, const PublishVerdict& verdict) {
  if (waiter.reply.empty()) return;
  const ReplyHandle to{waiter.account, waiter.shard, std::move(waiter.reply)};
  if (verdict.kind == PublishVerdict::Kind::kRefused) {
    context_.router.answer(to, {}, pub_ack_error(stream_, to_api_error(verdict)));
    return;
  }
  const PubAck ack{.stream = stream_,
                   .domain = context_.domain,
                   .seq = verdict.sequence,
                   .is_duplicate = verdict.kind == PublishVerdict::Kind::kDuplicate};
  std::string& room = context_.scratch.ack;
  room.resize(std::max(room.size(), kPubAckBytes + 6 * (ack.stream.size() + ack.domain.size())));
  context_.router.answer(to, {}, format_pub_ack(ack, room));
}

}  // namespace leat
