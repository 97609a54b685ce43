// Wrong in the world: a stream forgets a subject, or lists, counts or purges subjects that a filter
// does not name.
#include "core/subject/subject_map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/rng.h"
#include "core/subject/subject.h"

namespace leat {
namespace {

struct Counts {
  std::uint64_t count = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

std::vector<std::string> matching(const SubjectMap<Counts>& map, std::string_view filter) {
  std::vector<std::string> found;
  map.for_each_match(filter,
                     [&](std::string_view subject, const Counts&) { found.emplace_back(subject); });
  return found;
}

TEST(SubjectMap, AnEmptyMapHasNothing) {
  SubjectMap<Counts> map;
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.find("a"), nullptr);
  EXPECT_FALSE(map.erase("a"));
  EXPECT_TRUE(matching(map, ">").empty());
}

TEST(SubjectMap, OneSubjectMayBeginAnother) {
  SubjectMap<Counts> map;
  for (const char* subject : {"a.b.c", "a", "a.b", "a.bc", "b"}) {
    EXPECT_TRUE(map.insert(subject).is_new);
    map.find(subject)->count = 1;
  }
  EXPECT_FALSE(map.insert("a.b").is_new);
  EXPECT_EQ(matching(map, ">"), (std::vector<std::string>{"a", "a.b", "a.b.c", "a.bc", "b"}));
  EXPECT_EQ(matching(map, "a.*"), (std::vector<std::string>{"a.b", "a.bc"}));
  EXPECT_EQ(matching(map, "a.>"), (std::vector<std::string>{"a.b", "a.b.c", "a.bc"}));
  EXPECT_EQ(matching(map, "*"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(matching(map, "*.b.*"), (std::vector<std::string>{"a.b.c"}));
  EXPECT_EQ(matching(map, "a.b"), (std::vector<std::string>{"a.b"}));
  EXPECT_TRUE(map.erase("a.b"));
  EXPECT_EQ(map.find("a.b"), nullptr);
  EXPECT_NE(map.find("a.b.c"), nullptr);
}

TEST(SubjectMap, ValuesStayWhereTheyAre) {
  SubjectMap<Counts> map;
  Counts* value = map.insert("orders.7").value;
  value->count = 42;
  for (int i = 0; i < 1000; ++i) map.insert("orders." + std::to_string(i));
  for (int i = 0; i < 1000; ++i) {
    if (i != 7) map.erase("orders." + std::to_string(i));
  }
  EXPECT_EQ(map.find("orders.7"), value);
  EXPECT_EQ(value->count, 42U);
  EXPECT_EQ(map.subject_of(value), "orders.7");
}

TEST(SubjectMap, AVisitCanEndTheWalk) {
  SubjectMap<Counts> map;
  for (const char* subject : {"a", "b", "c"}) map.insert(subject);
  std::string seen;
  map.for_each_match(">", [&](std::string_view subject, Counts&) {
    seen += subject;
    return subject != "b";
  });
  EXPECT_EQ(seen, "ab");
}

TEST(SubjectMap, AllMemoryComesBack) {
  SubjectMap<Counts> map;
  for (int i = 0; i < 3000; ++i) map.insert("s." + std::to_string(i * 7919 % 3000));
  const SubjectMap<Counts> moved = std::move(map);
  EXPECT_EQ(moved.size(), 3000U);
  for (int i = 0; i < 100; ++i) map.insert("t." + std::to_string(i));
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(map.erase("t." + std::to_string(i)));
  EXPECT_EQ(map.memory_bytes(), 0U);
}

std::string random_subject(Rng& rng, const std::vector<std::string>& tokens) {
  std::string subject = tokens[rng.below(tokens.size())];
  while (!rng.one_in(4)) subject += "." + tokens[rng.below(tokens.size())];
  return subject;
}

// Every first byte is possible: nodes grow to their widest and shrink again.
std::string random_bytes(Rng& rng) {
  std::string token;
  do {
    const auto byte = static_cast<char>(rng.between(1, 255));
    token += byte == '.' ? 'x' : byte;
  } while (rng.one_in(2));
  return token;
}

TEST(SubjectMap, BehavesAsASortedMap) {
  constexpr std::uint64_t kSeed = 5;
  SCOPED_TRACE(kSeed);
  Rng rng(kSeed);
  SubjectMap<Counts> map;
  std::map<std::string, std::uint64_t> twin;
  const std::vector<std::string> tokens = {"a", "b", "ab", "abc", "abd", "*", "x>", "long-token"};
  const std::vector<std::string> filter_tokens = {"a", "b", "ab", "abc", "*", "*", ">", "x>"};
  for (int step = 0; step < 60000; ++step) {
    const bool is_wide = rng.one_in(2);
    const std::string subject = is_wide ? random_bytes(rng) : random_subject(rng, tokens);
    const std::uint64_t choice = rng.below(step / 15000 % 2 == 0 ? 6 : 12);
    if (choice < 2) {
      const auto inserted = map.insert(subject);
      ASSERT_EQ(inserted.is_new, twin.count(subject) == 0);
      ASSERT_EQ(inserted.value->count, twin[subject]++);
      ++inserted.value->count;
    } else if (choice == 2 || choice > 5) {
      ASSERT_EQ(map.erase(subject), twin.erase(subject) == 1);
    } else if (choice == 3) {
      const Counts* found = map.find(subject);
      ASSERT_EQ(found != nullptr, twin.count(subject) == 1);
      if (found != nullptr) {
        ASSERT_EQ(found->count, twin.at(subject));
      }
    } else if (rng.one_in(40)) {
      const std::string filter = random_subject(rng, filter_tokens);
      if (!is_valid_subject(filter)) continue;
      std::vector<std::string> expected;
      for (const auto& [known, count] : twin) {
        if (subject_matches(filter, known)) expected.push_back(known);
      }
      // std::string orders by unsigned bytes, as the map does.
      ASSERT_EQ(matching(map, filter), expected) << filter;
      ASSERT_EQ(map.count_matching(filter), expected.size());
    }
    ASSERT_EQ(map.size(), twin.size());
  }
  while (!twin.empty()) {
    ASSERT_TRUE(map.erase(twin.begin()->first));
    twin.erase(twin.begin());
  }
  EXPECT_EQ(map.memory_bytes(), 0U);
}

}  // namespace
}  // namespace leat
