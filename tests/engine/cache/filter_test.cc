#include "engine/cache/filter.h"

#include <gtest/gtest.h>

#include "tests/engine/cache/naive.h"
#include "tests/format/document_samples.h"

namespace weir::cache {
namespace {

using samples::Json;
using samples::stored;

bool matches(std::string_view document, std::string_view filter) {
  JsonReader reader;
  auto parsed = Filter::parse(filter, &reader);
  EXPECT_TRUE(parsed.ok()) << filter << ": " << parsed.status().message();
  const Match match = parsed.value().matches(stored(document));
  EXPECT_NE(match, Match::kCorrupt);
  return match == Match::kYes;
}

TEST(Filter, RandomFiltersAnswerAsANaiveEvaluator) {
  JsonReader reader;
  format::DocumentWriter writer;
  size_t yes = 0;
  size_t compared = 0;
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    Prng prng(seed);
    const Json json = naive::random_filter(prng, 3);
    const auto filter = Filter::parse(json.dump(), &reader);
    ASSERT_TRUE(filter.ok()) << seed << " " << json << filter.status().message();
    for (int i = 0; i < 50; ++i) {
      const Json document = samples::random_object(prng, 3);
      const auto bytes = reader.read(document.dump(), 1u << 20, &writer);
      ASSERT_TRUE(bytes.ok());
      const bool expected = naive::matches(document, json);
      ASSERT_EQ(filter.value().matches(bytes.value()), expected ? Match::kYes : Match::kNo)
          << seed << "\n"
          << json << "\n"
          << document;
      yes += expected ? 1u : 0u;
      ++compared;
    }
  }
  EXPECT_EQ(compared, 100000u);
  // The filters are neither always true nor always false.
  EXPECT_GT(yes, compared / 20);
  EXPECT_LT(yes, compared - compared / 20);
}

TEST(Filter, EqualsRangesAndSets) {
  const char* kAlice =
      R"({"name":"Alice","age":30,"city":{"name":"Wien"},"tags":["x","y"],"none":null})";
  EXPECT_TRUE(matches(kAlice, ""));
  EXPECT_TRUE(matches(kAlice, "{}"));
  EXPECT_TRUE(matches(kAlice, R"({"name":"Alice"})"));
  EXPECT_FALSE(matches(kAlice, R"({"name":"alice"})"));
  EXPECT_TRUE(matches(kAlice, R"({"age":{"gte":18,"lt":65}})"));
  EXPECT_FALSE(matches(kAlice, R"({"age":{"gt":30}})"));
  EXPECT_TRUE(matches(kAlice, R"({"city.name":{"in":["Graz","Wien"]}})"));
  EXPECT_FALSE(matches(kAlice, R"({"city.name":{"in":[]}})"));
  EXPECT_TRUE(matches(kAlice, R"({"name":{"prefix":"Al"}})"));
  EXPECT_TRUE(matches(kAlice, R"({"name":{"prefix":""}})"));
  EXPECT_FALSE(matches(kAlice, R"({"age":{"prefix":""}})"));
  EXPECT_TRUE(matches(kAlice, R"({"or":[{"age":1},{"name":"Alice"}]})"));
  EXPECT_FALSE(matches(kAlice, R"({"and":[{"age":1},{"name":"Alice"}]})"));
  EXPECT_TRUE(matches(kAlice, R"({"not":{"age":1}})"));
  EXPECT_TRUE(matches(kAlice, R"({"age":{"not":{"gte":31}}})"));
  EXPECT_TRUE(matches(kAlice, R"({"city":{"eq":{"name":"Wien"}}})"));
  EXPECT_FALSE(matches(kAlice, R"({"city":{"eq":{"name":"Wien","x":1}}})"));
}

TEST(Filter, MissingIsNotNull) {
  EXPECT_TRUE(matches(R"({"a":null})", R"({"a":null})"));
  EXPECT_FALSE(matches(R"({"b":1})", R"({"a":null})"));
  EXPECT_TRUE(matches(R"({"a":null})", R"({"a":{"exists":true}})"));
  EXPECT_FALSE(matches(R"({"b":1})", R"({"a":{"exists":true}})"));
  EXPECT_TRUE(matches(R"({"b":1})", R"({"a":{"exists":false}})"));
  EXPECT_TRUE(matches(R"({"b":1})", R"({"a":{"ne":1}})"));
}

TEST(Filter, ListsAreTransparentOnEveryLevel) {
  const char* kOrder = R"({"items":[{"tags":["red","blue"]},{"tags":[["deep"]]}],"empty":[]})";
  EXPECT_TRUE(matches(kOrder, R"({"items.tags":"blue"})"));
  EXPECT_TRUE(matches(kOrder, R"({"items.tags":"deep"})"));
  EXPECT_FALSE(matches(kOrder, R"({"items.tags":"green"})"));
  EXPECT_TRUE(matches(kOrder, R"({"items.tags":["red","blue"]})"));
  EXPECT_FALSE(matches(kOrder, R"({"items.tags":["blue","red"]})"));
  EXPECT_TRUE(matches(kOrder, R"({"empty":[]})"));
  EXPECT_TRUE(matches(kOrder, R"({"empty":{"exists":true}})"));
  EXPECT_FALSE(matches(kOrder, R"({"empty.x":{"exists":true}})"));
  // Each operator may find its own element.
  EXPECT_TRUE(matches(R"({"n":[1,9]})", R"({"n":{"gt":5,"lt":3}})"));
  EXPECT_FALSE(matches(R"({"n":[1,9]})", R"({"n":{"ne":9}})"));
}

TEST(Filter, NumbersAreExactAcrossTypes) {
  EXPECT_TRUE(matches(R"({"a":30})", R"({"a":30.0})"));
  EXPECT_TRUE(matches(R"({"a":30.0})", R"({"a":30})"));
  EXPECT_FALSE(matches(R"({"a":9007199254740993})", R"({"a":9007199254740992.0})"));
  EXPECT_TRUE(matches(R"({"a":9007199254740993})", R"({"a":{"gt":9007199254740992.0}})"));
  EXPECT_TRUE(matches(R"({"a":18446744073709551615})", R"({"a":{"lt":18446744073709551616.0}})"));
  EXPECT_FALSE(matches(R"({"a":"30"})", R"({"a":30})"));
  EXPECT_FALSE(matches(R"({"a":true})", R"({"a":1})"));
  EXPECT_FALSE(matches(R"({"a":"x"})", R"({"a":{"gt":1}})"));
  EXPECT_FALSE(matches(R"({"a":"x"})", R"({"a":{"lte":1}})"));
}

TEST(Filter, FoldComparesWithoutCase) {
  EXPECT_TRUE(matches(R"({"a":"ALICE"})", R"({"a":{"eq":"alice","fold":true}})"));
  EXPECT_TRUE(matches(R"({"a":"Ärger"})", R"({"a":{"prefix":"äR","fold":true}})"));
  EXPECT_TRUE(matches(R"({"a":"МИР"})", R"({"a":{"in":["x","мир"],"fold":true}})"));
  EXPECT_TRUE(matches(R"({"a":"B"})", R"({"a":{"gt":"a","fold":true}})"));
  EXPECT_FALSE(matches(R"({"a":"B"})", R"({"a":{"gt":"a"}})"));
  EXPECT_FALSE(matches(R"({"a":"ALICE"})", R"({"a":{"eq":"alice","fold":false}})"));
  EXPECT_FALSE(matches(R"({"a":"ALICE"})", R"({"a":{"ne":"alice","fold":true}})"));
  EXPECT_FALSE(matches(R"({"a":"ALICE"})", R"({"a":{"fold":true,"not":{"eq":"alice"}}})"));
}

TEST(Filter, FieldsNamedLikeOperatorsAreEscaped) {
  EXPECT_TRUE(matches(R"({"or":5})", R"({"\\or":5})"));
  EXPECT_TRUE(matches(R"({"a.b":5})", R"({"a\\.b":5})"));
  EXPECT_FALSE(matches(R"({"a.b":5})", R"({"a.b":5})"));
}

TEST(Filter, MovesWithItsOperands) {
  JsonReader reader;
  auto parsed = Filter::parse(R"({"a":{"eq":"ALICE","fold":true},"b":{"in":["x",[1]]}})", &reader);
  ASSERT_TRUE(parsed.ok());
  Filter filter = parsed.take();
  Filter moved = std::move(filter);
  filter = Filter();
  EXPECT_EQ(moved.matches(stored(R"({"a":"alice","b":[1]})")), Match::kYes);
  EXPECT_EQ(moved.matches(stored(R"({"a":"alice","b":[2]})")), Match::kNo);
  EXPECT_TRUE(filter.matches_all());
}

TEST(Filter, DamagedDocumentsAreCorruptAndNeverCrash) {
  JsonReader reader;
  Prng prng(9);
  size_t corrupt = 0;
  for (int i = 0; i < 30000; ++i) {
    const auto filter = Filter::parse(naive::random_filter(prng, 2).dump(), &reader);
    ASSERT_TRUE(filter.ok());
    samples::Bytes bytes = stored(samples::random_object(prng, 3).dump());
    bytes[prng.below(bytes.size())] ^= static_cast<uint8_t>(1u << prng.below(8));
    if (prng.one_in(8)) bytes.resize(prng.below(bytes.size()));
    corrupt += filter.value().matches(bytes) == Match::kCorrupt ? 1u : 0u;
  }
  EXPECT_GT(corrupt, 1000u);
}

TEST(Filter, TheDeepestDocumentIsSeenAndADeeperOneIsCorrupt) {
  JsonReader reader;
  const auto filter = Filter::parse(R"({"a":7})", &reader);
  const std::string lists(format::kDocumentDepthMax - 1, '[');
  EXPECT_EQ(filter.value().matches(
                stored("{\"a\":" + lists + "7" + std::string(lists.size(), ']') + "}")),
            Match::kYes);
  EXPECT_EQ(filter.value().matches(format::samples::nested_lists(format::kDocumentDepthMax - 1)),
            Match::kNo);
  EXPECT_EQ(filter.value().matches(format::samples::nested_lists(100000)), Match::kCorrupt);
  const auto equal = Filter::parse(R"({"a":[[[]]]})", &reader);
  EXPECT_EQ(equal.value().matches(format::samples::nested_lists(100000)), Match::kCorrupt);
}

}  // namespace
}  // namespace weir::cache
