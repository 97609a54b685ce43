// Wrong in the world: a message reaches somebody whose pattern does not match, misses somebody
// whose pattern does, or two streams share a subject.
#include "core/subject/subject.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/subject/collision_set.h"

namespace leat {
namespace {

// All sequences of up to `length` tokens out of `tokens`, joined by dots.
std::vector<std::string> all_subjects(const std::vector<std::string>& tokens, std::size_t length) {
  std::vector<std::string> all;
  std::vector<std::string> last = {""};
  for (std::size_t size = 1; size <= length; ++size) {
    std::vector<std::string> longer;
    for (const std::string& begin : last) {
      for (const std::string& token : tokens) {
        longer.push_back(begin.empty() ? token : begin + "." + token);
      }
    }
    all.insert(all.end(), longer.begin(), longer.end());
    last = std::move(longer);
  }
  return all;
}

std::vector<std::string> valid_patterns() {
  std::vector<std::string> valid;
  for (std::string& pattern : all_subjects({"a", "b", "*", ">"}, 4)) {
    if (is_valid_subject(pattern)) valid.push_back(std::move(pattern));
  }
  return valid;
}

TEST(Subject, ValidityFollowsTheTokens) {
  for (const char* good : {"a", "a.b", "*", ">", "a.*", "*.>", "foo*", "a.fo>o", "$SYS.x", "a.**",
                           "a.>>.b", "\xff\xfe"}) {
    EXPECT_TRUE(is_valid_subject(good)) << good;
  }
  for (const char* bad :
       {"", ".", "a.", ".a", "a..b", ">.a", "a.>.b", "a b", "a.\tb", "a\r", "\f", "a.b\n", ">.>"}) {
    EXPECT_FALSE(is_valid_subject(bad)) << bad;
  }
}

TEST(Subject, OnlyWholeTokensAreWildcards) {
  EXPECT_FALSE(has_wildcards("foo*.a>b.**"));
  EXPECT_TRUE(has_wildcards("foo.*"));
  EXPECT_TRUE(has_wildcards(">"));
  EXPECT_TRUE(has_wildcards("..*"));
  EXPECT_TRUE(is_literal_subject("foo*.a>b"));
  EXPECT_FALSE(is_literal_subject("foo.>"));
  EXPECT_FALSE(is_literal_subject("foo..bar"));
  EXPECT_TRUE(subject_matches("foo*", "foo*"));
  EXPECT_FALSE(subject_matches("foo*", "foox"));
}

TEST(Subject, PublishedWildcardsAreText) {
  EXPECT_TRUE(subject_matches("a.*", "a.*"));
  EXPECT_TRUE(subject_matches("a.*", "a.>"));
  EXPECT_TRUE(subject_matches("a.>", "a.*.>"));
  EXPECT_FALSE(subject_matches("a.b", "a.*"));
}

TEST(Subject, EmptyTokensMatchNothing) {
  for (const char* subject : {"", ".", "a.", ".a", "a..b"}) {
    EXPECT_FALSE(subject_matches(">", subject)) << subject;
    EXPECT_FALSE(subject_matches("a.>", subject)) << subject;
    EXPECT_FALSE(subject_matches(subject, subject)) << subject;
  }
}

TEST(Subject, FullWildcardNeedsAToken) {
  EXPECT_FALSE(subject_matches("a.>", "a"));
  EXPECT_TRUE(subject_matches("a.>", "a.b"));
  EXPECT_TRUE(subject_matches("a.>", "a.b.c"));
  EXPECT_FALSE(subjects_collide("a.>", "a"));
}

// What collide and subset mean, said by matching every subject of a small world. Literals one token
// longer than the longest pattern are in it, so that `>` is told from `*`.
TEST(Subject, CollideAndSubsetAgreeWithMatching) {
  const std::vector<std::string> literals = all_subjects({"a", "b", "c"}, 5);
  const std::vector<std::string> patterns = valid_patterns();
  std::vector<std::vector<bool>> matched;
  for (const std::string& pattern : patterns) {
    auto& row = matched.emplace_back();
    for (const std::string& literal : literals) row.push_back(subject_matches(pattern, literal));
  }
  for (std::size_t a = 0; a < patterns.size(); ++a) {
    for (std::size_t b = 0; b < patterns.size(); ++b) {
      bool meets = false;
      bool covers = true;
      for (std::size_t i = 0; i < literals.size(); ++i) {
        meets = meets || (matched[a][i] && matched[b][i]);
        covers = covers && (!matched[a][i] || matched[b][i]);
      }
      ASSERT_EQ(subjects_collide(patterns[a], patterns[b]), meets) << patterns[a] << patterns[b];
      ASSERT_EQ(is_subset(patterns[a], patterns[b]), covers) << patterns[a] << " " << patterns[b];
    }
  }
}

TEST(Subject, TokensAreWalkedWithTheirRest) {
  SubjectTokens tokens("a..b");
  EXPECT_EQ(tokens.next(), "a");
  EXPECT_EQ(tokens.rest(), ".b");
  EXPECT_EQ(tokens.next(), "");
  EXPECT_EQ(tokens.next(), "b");
  EXPECT_TRUE(tokens.at_end());
}

// Against the rule for two, over every small pattern.
TEST(CollisionSet, SaysWhatTheRuleForTwoSays) {
  const std::vector<std::string> patterns = {"a",     "b",     "*",     ">",     "a.b",   "a.*",
                                             "*.b",   "a.>",   "*.>",   "*.*",   "a.b.c", "a.*.c",
                                             "*.b.>", "a.b.>", "b.*.*", "a.*.*", "*.*.c"};
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    for (std::size_t j = 0; j < patterns.size(); ++j) {
      CollisionSet set;
      set.add(patterns[i]);
      set.add(patterns[j]);
      for (const std::string& asked : patterns) {
        EXPECT_EQ(set.collides(asked),
                  subjects_collide(asked, patterns[i]) || subjects_collide(asked, patterns[j]))
            << asked << " with " << patterns[i] << " and " << patterns[j];
      }
      set.remove(patterns[i]);
      for (const std::string& asked : patterns) {
        EXPECT_EQ(set.collides(asked), subjects_collide(asked, patterns[j]))
            << asked << " with " << patterns[j];
      }
    }
  }
}

}  // namespace
}  // namespace leat
