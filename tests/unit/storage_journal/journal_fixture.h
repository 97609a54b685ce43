#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/chain_hash.h"
#include "storage/journal/recovery.h"
#include "storage/journal/writer.h"
#include "tests/unit/storage_journal/fake_disk.h"

namespace leat::testing {

inline constexpr char kDirectory[] = "/store/journal";
inline constexpr std::uint64_t kSmallSegment = 16 * 1024;

// A journal on a fake disk, and groups that append chained entries to it.
class JournalFixture : public ::testing::Test {
 protected:
  struct Chain {
    std::uint64_t last = 0;
    std::uint64_t hash = 0;
  };

  void open() {
    recover();
    auto opened = journal::Writer::open(disk_,
                                        {.directory = kDirectory,
                                         .segment_bytes = segment_bytes_,
                                         .horizon_bytes = horizon_bytes_,
                                         .random = [this] { return ++life_; }},
                                        end_);
    ASSERT_TRUE(opened) << opened.error().text;
    writer_ = std::move(*opened);
  }

  void recover() {
    writer_.reset();
    auto recovered = journal::recover(disk_, kDirectory);
    ASSERT_TRUE(recovered) << recovered.error().text;
    log_ = std::move(recovered->log);
    end_ = recovered->end;
  }

  LogRecord entry(std::uint64_t group, const std::string& payload) {
    Chain& chain = chains_[group];
    LogRecord record{.group = GroupId(group),
                     .kind = RecordKind::kEntry,
                     .index = LogIndex(++chain.last),
                     .term = Term(1),
                     .previous_hash = chain.hash,
                     .payload = Bytes::copy_of(payload)};
    chain.hash = chain_hash({chain.hash, record.index, record.term}, payload);
    return record;
  }

  // Takes back the group's entries behind this end of its chain, which the test has kept; restarts
  // the log there where it is behind the last entry.
  LogRecord truncate(std::uint64_t group, const Chain& before) {
    chains_[group] = before;
    return {.group = GroupId(group),
            .kind = RecordKind::kTruncate,
            .index = LogIndex(before.last + 1),
            .term = {},
            .previous_hash = before.hash,
            .payload = {}};
  }

  static LogRecord hard_state(std::uint64_t group, std::uint64_t term) {
    return {.group = GroupId(group),
            .kind = RecordKind::kHardState,
            .term = Term(term),
            .payload = Bytes::copy_of("vote " + std::to_string(term))};
  }

  void write(const std::vector<LogRecord>& records) { ASSERT_TRUE(writer_->write(records)); }
  void write_synced(const std::vector<LogRecord>& records) {
    write(records);
    ASSERT_TRUE(writer_->sync());
  }

  // "1:payload 2:payload ..." of a group's recovered entries.
  std::string entries(std::uint64_t group, std::uint64_t from = 1) {
    std::string text;
    const Status replayed =
        log_->replay(GroupId(group), LogIndex(from), [&](const LogRecord& record) {
          EXPECT_EQ(record.group, GroupId(group));
          if (!text.empty()) text += " ";
          text += std::to_string(record.index.value) + ":" + std::string(record.payload.view());
          return Status();
        });
    EXPECT_TRUE(replayed) << replayed.error().text;
    return text;
  }

  // "group:first-last" of each suspect range; "v" behind it when the vote may be lost.
  std::vector<std::string> suspects() {
    std::vector<std::string> texts;
    for (const SuspectRange& range : log_->suspect_ranges()) {
      texts.push_back(std::to_string(range.group.value) + ":" + std::to_string(range.first.value) +
                      "-" + std::to_string(range.last.value) +
                      (range.is_hard_state_lost ? "v" : ""));
    }
    return texts;
  }

  std::size_t segments() {
    std::size_t count = 0;
    const std::vector<std::string> names = *disk_.list(kDirectory);
    for (const std::string& name : names) {
      count += journal::parse_segment_name(name).has_value() ? 1 : 0;
    }
    return count;
  }

  static std::string segment_path(std::uint64_t number) {
    return std::string(kDirectory) + "/" + journal::segment_name(number);
  }
  // Flips a bit of the only place where `text` stands in a segment.
  void damage(std::uint64_t segment, const std::string& text) {
    std::string& bytes = disk_.bytes_of(segment_path(segment));
    const std::size_t at = bytes.find(text);
    ASSERT_NE(at, std::string::npos) << text;
    bytes[at] = static_cast<char>(bytes[at] ^ 4);
  }

  FakeDisk disk_;
  std::uint64_t segment_bytes_ = kSmallSegment;
  std::uint64_t horizon_bytes_ = limits::kJournalHorizonBytes;
  std::uint64_t life_ = 0x1000;
  std::map<std::uint64_t, Chain> chains_;
  std::unique_ptr<journal::Writer> writer_;
  std::unique_ptr<RecoveredLog> log_;
  journal::JournalEnd end_;
};

}  // namespace leat::testing
