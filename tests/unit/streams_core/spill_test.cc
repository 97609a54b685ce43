// A stream whose index does not fit into its memory would answer otherwise than one whose index
// does, or take more memory than it may.
#include <gtest/gtest.h>

#include <string>

#include "core/base/rng.h"
#include "proto/record/entry.h"
#include "tests/unit/streams_core/test_seed.h"
#include "tests/unit/streams_core/twins.h"

namespace leat::testing {
namespace {

constexpr DurationNs kMs = 1'000'000;

// Thousands of messages on hundreds of subjects, so that there is something to spill.
class SpillTest : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  SpillTest()
      : seed_(test_seed(GetParam())),
        rng_(seed_),
        subjects_(300 + rng_.below(3) * 1500),
        twins_(rng_.below(3) * 10'000) {}

  std::uint64_t below(std::uint64_t bound) { return rng_.below(bound); }
  bool once_in(std::uint64_t times) { return below(times) == 0; }
  std::string some_subject() {
    const std::uint64_t number = once_in(2) ? below(subjects_) : below(subjects_) / 50;
    return "s." + std::to_string(number % 7) + "." + std::to_string(number);
  }
  std::string some_filter() {
    const std::uint64_t kind = below(4);
    if (kind == 0) return some_subject();
    if (kind == 1) return "s." + std::to_string(below(7)) + ".*";
    if (kind == 2) return "s.*." + std::to_string(below(subjects_));
    return ">";
  }
  void apply() { twins_.apply(writer_.finish()); }

  void configure();
  void publish();
  void remove();
  void create_consumer();
  void ask();

  std::uint64_t seed_;
  Rng rng_;
  std::uint64_t subjects_;
  Twins twins_;
  ByteBuffer buffer_;
  EntryWriter writer_{buffer_};
  WallNs now_ = kBegin;
  std::uint64_t config_number_ = 0;
  std::uint64_t consumers_ = 0;
};

void SpillTest::configure() {
  StreamConfig config;
  config.name = "S";
  config.subjects = {">"};
  config.max_msgs = once_in(2) ? -1 : 12'000;
  config.max_msgs_per_subject = once_in(2) ? -1 : static_cast<std::int64_t>(1 + below(6));
  config.max_age = once_in(2) ? 0 : 60'000 * kMs;
  writer_.begin(now_);
  writer_.add(ConfigCommand{.number = ++config_number_, .config = config});
  apply();
}

void SpillTest::publish() {
  writer_.begin(now_);
  for (std::uint64_t left = 1 + below(150); left > 0; --left) {
    const std::string subject = some_subject();
    writer_.add(PublishCommand{.subject = subject, .payload = std::string(below(9) * 50, 'x')});
  }
  apply();
}

void SpillTest::remove() {
  writer_.begin(now_);
  const std::string filter = some_filter();
  const std::uint64_t last = twins_.first.last_sequence().value;
  switch (below(4)) {
    case 0:
      writer_.add(PurgeCommand{.filter = filter, .keep = below(3)});
      break;
    case 1:
      if (once_in(10)) writer_.add(PurgeCommand{});
      writer_.add(ExpireCommand{.up_to = now_});
      break;
    default:
      for (int left = 30; left > 0; --left) {
        writer_.add(DeleteMessageCommand{.seq = StreamSeq(below(last + 2))});
      }
  }
  apply();
}

void SpillTest::create_consumer() {
  const std::string name = "c" + std::to_string(consumers_++ % 6);
  writer_.begin(now_);
  writer_.add(ConsumerDeleteCommand{.name = name});
  ConsumerCreateCommand command{.name = name};
  command.config.ack_policy = AckPolicy::kExplicit;
  command.config.filter_subject = some_filter();
  const std::uint64_t policy = below(4);
  if (policy == 1) command.config.deliver_policy = DeliverPolicy::kLastPerSubject;
  if (policy == 2) command.config.deliver_policy = DeliverPolicy::kNew;
  if (policy == 3) {
    command.config.deliver_policy = DeliverPolicy::kByStartSequence;
    command.config.opt_start_seq = StreamSeq(1 + below(twins_.first.last_sequence().value + 1));
  }
  writer_.add(command);
  apply();
}

void SpillTest::ask() {
  const StreamMachine& plain = twins_.first;
  const StreamMachine& spilling = twins_.second;
  const std::string filter = some_filter();
  const StreamSeq from(below(plain.last_sequence().value + 2));
  ASSERT_EQ(plain.last_by_subject(filter), spilling.last_by_subject(filter)) << filter;
  ASSERT_EQ(plain.next_by_subject(filter, from), spilling.next_by_subject(filter, from)) << filter;
  ASSERT_EQ(plain.last_per_subject({filter}), spilling.last_per_subject({filter})) << filter;
  ASSERT_EQ(plain.subject_counts(filter), spilling.subject_counts(filter)) << filter;
  const WallNs time =
      kBegin + static_cast<WallNs>(below(static_cast<std::uint64_t>(now_ - kBegin) + 1));
  ASSERT_EQ(plain.first_at_or_after(time), spilling.first_at_or_after(time));
  const auto of_plain = plain.message(from);
  const auto of_spilling = spilling.message(from);
  ASSERT_EQ(of_plain.has_value(), of_spilling.has_value()) << from;
  if (of_plain) {
    ASSERT_EQ(of_plain->subject, of_spilling->subject);
  }
  twins_.settle();
}

TEST_P(SpillTest, AStreamWithLittleMemoryAnswersTheSame) {
  SCOPED_TRACE("LEAT_SEED=" + std::to_string(seed_));
  configure();
  std::size_t spilled = 0;
  for (int step = 0; step < 400 && !HasFatalFailure(); ++step) {
    now_ += static_cast<DurationNs>(below(400)) * kMs;
    const std::uint64_t choice = below(100);
    if (choice < 70) {
      publish();
    } else if (choice < 88) {
      remove();
    } else if (choice < 97) {
      create_consumer();
    } else {
      configure();
    }
    if (!HasFatalFailure()) ask();
    spilled = std::max(spilled, twins_.budget().count_spilled());
    ASSERT_LE(twins_.budget().memory_bytes(), twins_.budget().memory_bytes_max());
    if (step % 80 == 79 && !HasFatalFailure()) twins_.restart();
  }
  EXPECT_GT(spilled, 0U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SpillTest, ::testing::Range<std::uint64_t>(1, 13));

}  // namespace
}  // namespace leat::testing
