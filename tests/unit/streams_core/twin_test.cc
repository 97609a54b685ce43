// A stream would answer differently from its rules after some long history, differently on two
// servers, or differently after a restart.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>

#include "consumers/core/select.h"
#include "core/base/rng.h"
#include "core/subject/subject.h"
#include "proto/record/entry.h"
#include "streams/core/stream_machine.h"
#include "tests/unit/streams_core/naive_stream.h"
#include "tests/unit/streams_core/test_seed.h"
#include "tests/unit/streams_core/twins.h"

namespace leat::testing {
namespace {

constexpr DurationNs kSecond = 1'000'000'000;
constexpr const char* kSubjects[] = {"a", "b", "c.x", "c.y", "d"};

class StreamTwinTest : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  StreamTwinTest() : seed_(test_seed(GetParam())), rng_(seed_) {
    naive_.config.name = "S";
    naive_.config.subjects = {">"};
    naive_.config.allow_rollup_hdrs = naive_.config.allow_msg_ttl = true;
  }
  std::uint64_t below(std::uint64_t bound) { return rng_.below(bound); }
  bool once_in(std::uint64_t times) { return below(times) == 0; }

  Bytes finish() { return writer_.finish(); }
  void configure() {
    naive_.forget_ids(now_);
    StreamConfig& config = naive_.config;
    config.max_msgs = once_in(2) ? -1 : static_cast<std::int64_t>(5 + below(20));
    config.max_bytes = once_in(2) ? -1 : static_cast<std::int64_t>(300 + below(1000));
    config.max_msgs_per_subject = once_in(2) ? -1 : static_cast<std::int64_t>(1 + below(6));
    config.discard = once_in(3) ? Discard::kNew : Discard::kOld;
    config.discard_new_per_subject = once_in(2);
    config.max_age = once_in(2) ? 0 : static_cast<DurationNs>(5 + below(30)) * kSecond;
    config.duplicate_window = static_cast<DurationNs>(3 + below(20)) * kSecond;
    writer_.begin(now_);
    writer_.add(ConfigCommand{.number = ++config_number_, .config = config});
    twins_.apply(finish());
    naive_.keep_limits();
  }
  void publish();
  void purge();
  void erase();
  void expire();
  void compare();

  std::uint64_t seed_;
  Rng rng_;
  NaiveStream naive_;
  Twins twins_;
  ByteBuffer buffer_;
  EntryWriter writer_{buffer_};
  WallNs now_ = kBegin;
  std::uint64_t config_number_ = 0;
};

std::string show(const PublishVerdict& verdict) {
  if (verdict.kind == PublishVerdict::Kind::kRefused) {
    return std::to_string(static_cast<int>(verdict.error));
  }
  return (verdict.kind == PublishVerdict::Kind::kDuplicate ? "duplicate " : "seq ") +
         std::to_string(verdict.sequence.value);
}

void StreamTwinTest::publish() {
  NaivePublish publish{.subject = kSubjects[below(5)]};
  const std::string payload(below(40), 'x');
  std::string headers;
  const auto header = [&](const std::string& name, const std::string& value) {
    headers += name + ": " + value + "\r\n";
  };
  if (once_in(3)) header("Nats-Msg-Id", publish.msg_id = "id" + std::to_string(below(12)));
  if (once_in(8)) {
    publish.expected_last = once_in(2) ? naive_.last : below(naive_.last + 1);
    header("Nats-Expected-Last-Sequence", std::to_string(*publish.expected_last));
  }
  if (once_in(8)) {
    publish.expected_subject = once_in(2) ? naive_.last_of(publish.subject) : below(5);
    header("Nats-Expected-Last-Subject-Sequence", std::to_string(*publish.expected_subject));
  }
  if (once_in(15)) {
    publish.rolls_up = true;
    header("Nats-Rollup", "sub");
  }
  if (once_in(6)) {
    publish.ttl_s = once_in(3) ? kTtlNever : static_cast<std::uint32_t>(1 + below(20));
    header("Nats-TTL", publish.ttl_s == kTtlNever ? "never" : std::to_string(publish.ttl_s));
  }
  if (!headers.empty()) headers = "NATS/1.0\r\n" + headers + "\r\n";
  publish.size_bytes = static_cast<std::uint32_t>((headers.empty() ? 30 : 34) + headers.size() +
                                                  publish.subject.size() + payload.size());
  writer_.begin(now_);
  writer_.add(PublishCommand{.subject = publish.subject, .headers = headers, .payload = payload});
  twins_.apply(finish());
  ASSERT_EQ(twins_.effects().verdicts.size(), 1U);
  ASSERT_EQ(show(twins_.effects().verdicts[0]), naive_.publish(publish, now_));
}

void StreamTwinTest::purge() {
  const char* const filters[] = {"", "a", "c.*", ">", "c.x"};
  PurgeCommand command{.filter = filters[below(5)]};
  if (once_in(2)) {
    command.seq = StreamSeq(below(naive_.last + 2));
  } else {
    command.keep = below(6);
  }
  writer_.begin(now_);
  writer_.add(command);
  twins_.apply(finish());
  ASSERT_EQ(twins_.effects().replies[0].count,
            naive_.purge(std::string(command.filter), command.seq.value, command.keep));
}

void StreamTwinTest::erase() {
  const StreamSeq seq(below(naive_.last + 2));
  writer_.begin(now_);
  writer_.add(DeleteMessageCommand{.seq = seq});
  twins_.apply(finish());
  ASSERT_EQ(!twins_.effects().replies[0].error.has_value(), naive_.erase(seq.value));
}

void StreamTwinTest::expire() {
  writer_.begin(now_);
  writer_.add(ExpireCommand{.up_to = now_});
  twins_.apply(finish());
  ASSERT_EQ(twins_.effects().replies[0].count, naive_.expire(now_));
}

void StreamTwinTest::compare() {
  const StreamMachine& machine = twins_.first;
  ASSERT_EQ(machine.message_count(), naive_.messages.size());
  ASSERT_EQ(machine.bytes(), naive_.bytes());
  ASSERT_EQ(machine.last_sequence().value, naive_.last);
  if (!naive_.messages.empty()) {
    ASSERT_EQ(machine.first_sequence().value, naive_.messages.begin()->first);
  }
  for (const auto& [seq, message] : naive_.messages) {
    const auto meta = machine.message(StreamSeq(seq));
    ASSERT_TRUE(meta.has_value()) << seq;
    ASSERT_EQ(meta->subject, message.subject);
    ASSERT_EQ(meta->size_bytes, message.size_bytes);
    ASSERT_EQ(meta->time, message.time);
  }
  for (const char* filter : {"a", "c.x", "c.*", ">", "zzz"}) {
    ASSERT_EQ(machine.last_by_subject(filter).value, naive_.last_of(filter)) << filter;
    const std::uint64_t from = below(naive_.last + 2);
    std::uint64_t next = 0;
    for (const auto& [seq, message] : naive_.messages) {
      if (seq < from || !subject_matches(filter, message.subject)) continue;
      next = seq;
      break;
    }
    ASSERT_EQ(machine.next_by_subject(filter, StreamSeq(from)).value, next) << filter;
  }
  const WallNs time =
      kBegin + static_cast<WallNs>(below(static_cast<std::uint64_t>(now_ - kBegin) + 1));
  std::uint64_t at = 0;
  for (const auto& [seq, message] : naive_.messages) {
    if (message.time < time) continue;
    at = seq;
    break;
  }
  ASSERT_EQ(machine.first_at_or_after(time).value, at);
}

TEST_P(StreamTwinTest, AnswersAsItsRulesSay) {
  SCOPED_TRACE("LEAT_SEED=" + std::to_string(seed_));
  configure();
  for (int step = 0; step < 2500 && !HasFatalFailure(); ++step) {
    if (once_in(3)) now_ += static_cast<DurationNs>(below(2000)) * 1'000'000;
    const std::uint64_t choice = below(100);
    if (choice < 80) {
      publish();
    } else if (choice < 84) {
      purge();
    } else if (choice < 91) {
      erase();
    } else if (choice < 97) {
      expire();
    } else {
      configure();
    }
    if (HasFatalFailure()) return;
    compare();
    if (once_in(20) && !HasFatalFailure()) twins_.restart();
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, StreamTwinTest, ::testing::Range<std::uint64_t>(1, 13));

// Consumers: checked against what they were told, not against a second implementation.
class ConsumerTwinTest : public StreamTwinTest {
 protected:
  struct Mine {
    std::unique_ptr<Selector> selector;
    std::set<std::string> filters;
    std::map<StreamSeq, std::uint32_t> out;  // deliveries that wait for an ack
    std::set<StreamSeq> done;
    ConsumerSeq last;
  };
  void create(const std::string& name);
  void fetch(const std::string& name, Mine& mine);
  void answer(const std::string& name, Mine& mine);
  void drop(const std::string& name);
  void check(const std::string& name, Mine& mine);
  void forget_removed();

  std::map<std::string, Mine> consumers_;
};

void ConsumerTwinTest::create(const std::string& name) {
  const char* const filters[] = {"a", "b", "c.*", "c.x"};
  ConsumerCreateCommand command{.name = name};
  command.config.ack_policy = AckPolicy::kExplicit;
  command.config.ack_wait = 5 * kSecond;
  command.config.max_deliver = once_in(2) ? -1 : 2;
  command.config.max_ack_pending = 8;
  if (!once_in(4)) command.config.filter_subject = filters[below(4)];
  if (once_in(4)) command.config.deliver_policy = DeliverPolicy::kLastPerSubject;
  writer_.begin(now_);
  writer_.add(command);
  twins_.apply(finish());
  if (twins_.effects().replies[0].error) return;
  Mine& mine = consumers_[name];
  if (!command.config.filter_subject.empty()) mine.filters = {command.config.filter_subject};
  const ConsumerId id = twins_.effects().replies[0].consumer;
  mine.selector = std::make_unique<Selector>(*twins_.first.find_consumer(id), twins_.first.view());
}

void ConsumerTwinTest::fetch(const std::string& name, Mine& mine) {
  writer_.begin(now_);
  GiveUpCommand give_up;
  for (std::uint64_t left = 1 + below(6); left > 0; --left) {
    const SelectResult result = mine.selector->choose(now_);
    if (result.outcome != SelectOutcome::kMessage) break;
    const Selection& chosen = result.selection;
    ASSERT_EQ(chosen.consumer_seq, mine.last.next()) << name;
    ++mine.last;
    ASSERT_TRUE(twins_.first.contains(chosen.stream_seq));
    ASSERT_FALSE(mine.done.contains(chosen.stream_seq)) << name << " again " << chosen.stream_seq;
    ASSERT_EQ(chosen.deliveries, ++mine.out[chosen.stream_seq]) << name;
    ASSERT_LE(mine.out.size(), 8U) << "more than max_ack_pending";
    mine.selector->accept(chosen, now_);
  }
  if (mine.selector->take_give_up(give_up)) {
    for (const StreamSeq seq : give_up.sequences) mine.out.erase(seq);
    for (const StreamSeq seq : give_up.sequences) mine.done.insert(seq);
    writer_.add(give_up);
  }
  BookCommand book;
  if (mine.selector->take_booking(book)) writer_.add(book);
  twins_.apply(finish());
}

void ConsumerTwinTest::answer(const std::string& name, Mine& mine) {
  if (mine.out.empty()) return;
  auto chosen = mine.out.begin();
  std::advance(chosen, static_cast<std::ptrdiff_t>(below(mine.out.size())));
  AckItem item{.stream_seq = chosen->first};
  const std::uint64_t kind = below(6);
  if (kind == 0) item.verb = AckVerb::kNak;
  if (kind == 1) item.verb = AckVerb::kProgress;
  if (kind == 2) item.verb = AckVerb::kTerm;
  if (kind == 0 && once_in(2)) item.delay = kSecond;
  if (kind >= 2) {
    mine.done.insert(chosen->first);
    mine.out.erase(chosen);
  }
  writer_.begin(now_);
  writer_.add(AcksCommand{.consumer = twins_.first.find_consumer(name)->id(),
                          .items = std::span<const AckItem>(&item, 1)});
  twins_.apply(finish());
}

void ConsumerTwinTest::drop(const std::string& name) {
  consumers_.erase(name);
  writer_.begin(now_);
  writer_.add(ConsumerDeleteCommand{.name = name});
  twins_.apply(finish());
}

void ConsumerTwinTest::forget_removed() {
  for (auto& [name, mine] : consumers_) {
    std::erase_if(mine.out, [&](const auto& item) { return !twins_.first.contains(item.first); });
  }
}

void ConsumerTwinTest::check(const std::string& name, Mine& mine) {
  const ConsumerState* state = twins_.first.find_consumer(name);
  ASSERT_NE(state, nullptr);
  std::uint64_t undelivered = 0;
  std::uint64_t pending = 0;
  const StreamMachine& machine = twins_.first;
  for (StreamSeq seq = machine.first_sequence(); seq <= machine.last_sequence(); ++seq) {
    const auto meta = machine.message(seq);
    if (!meta) continue;
    if (state->pending().find(seq) != nullptr) ++pending;
    const bool matches =
        mine.filters.empty() || subject_matches(*mine.filters.begin(), meta->subject);
    if (matches && state->is_undelivered(seq)) ++undelivered;
  }
  ASSERT_EQ(state->num_pending(), undelivered) << name;
  ASSERT_EQ(state->pending().count(), pending) << name << " waits for what is gone";
  ASSERT_EQ(mine.out.size(), pending) << name;
}

TEST_P(ConsumerTwinTest, DeliversEachMessageUntilItIsDone) {
  SCOPED_TRACE("LEAT_SEED=" + std::to_string(seed_));
  naive_.config.retention = seed_ % 3 == 0   ? Retention::kInterest
                            : seed_ % 3 == 1 ? Retention::kWorkQueue
                                             : Retention::kLimits;
  configure();
  for (int step = 0; step < 2500 && !HasFatalFailure(); ++step) {
    if (once_in(3)) now_ += static_cast<DurationNs>(below(2000)) * 1'000'000;
    const std::string name(1, static_cast<char>('p' + below(4)));
    const auto mine = consumers_.find(name);
    const std::uint64_t choice = below(100);
    writer_.begin(now_);
    if (choice < 45) {
      for (std::uint64_t left = 1 + below(3); left > 0; --left) {
        writer_.add(PublishCommand{.subject = kSubjects[below(5)], .payload = "x"});
      }
      twins_.apply(finish());
    } else if (choice < 90 && mine != consumers_.end()) {
      if (choice < 65) fetch(name, mine->second);
      if (choice >= 65) answer(name, mine->second);
    } else if (mine == consumers_.end()) {
      create(name);
    } else if (choice < 92) {
      drop(name);
    } else if (choice < 95) {
      writer_.add(DeleteMessageCommand{.seq = StreamSeq(below(100))});
      twins_.apply(finish());
    } else if (choice < 96) {
      writer_.add(PurgeCommand{.filter = once_in(2) ? "" : "a", .keep = below(4)});
      twins_.apply(finish());
    } else {
      writer_.add(ExpireCommand{.up_to = now_});
      twins_.apply(finish());
    }
    if (HasFatalFailure()) return;
    forget_removed();
    for (auto& [checked, its] : consumers_) check(checked, its);
    if (once_in(20) && !HasFatalFailure()) twins_.restart();
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ConsumerTwinTest, ::testing::Range<std::uint64_t>(1, 13));

}  // namespace
}  // namespace leat::testing
