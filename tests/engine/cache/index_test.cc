#include "engine/cache/index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "engine/cache/index_tree.h"
#include "tests/engine/cache/samples.h"
#include "tests/format/document_samples.h"

namespace weir::cache {
namespace {

using format::ValueView;
using testing::ElementsAre;
using Numbers = std::vector<uint64_t>;

struct Number {
  uint64_t value;
  static bool less(const Number& one, const Number& other) { return one.value < other.value; }
};

TEST(IndexTree, HoldsWhatASetHolds) {
  for (const int order : {0, 1, 2}) {
    IndexTree<Number> tree;
    std::set<uint64_t> model;
    Prng prng(1);
    for (uint64_t i = 0; i < 200000; ++i) {
      const uint64_t value = order == 0 ? i : order == 1 ? 200000 - i : prng.below(150000);
      ASSERT_EQ(tree.insert({value}), model.insert(value).second) << i;
    }
    EXPECT_EQ(tree.size(), model.size());
    auto at = tree.begin();
    for (const uint64_t value : model) {
      ASSERT_FALSE(at.at_end());
      ASSERT_EQ(at.entry().value, value);
      at.next();
    }
    EXPECT_TRUE(at.at_end());
    for (int i = 0; i < 10000; ++i) {
      const uint64_t value = prng.below(250000);
      const auto found = tree.lower_bound({value});
      const auto expected = model.lower_bound(value);
      ASSERT_EQ(found.at_end(), expected == model.end());
      ASSERT_TRUE(found.at_end() || found.entry().value == *expected);
    }
  }
}

TEST(IndexTree, EmptyOnesHaveNothing) {
  const IndexTree<Number> tree;
  EXPECT_TRUE(tree.begin().at_end());
  EXPECT_TRUE(tree.lower_bound({0}).at_end());
  EXPECT_EQ(tree.size(), 0u);
}

void insert(Index* index, std::string_view json, uint64_t number) {
  const auto document = samples::stored(json);
  ASSERT_TRUE(index->insert(format::DocumentView::open(document).value(), number).ok());
}

Path path(std::string_view text) { return Path::parse(text).take(); }

IndexRange range(std::optional<ValueView> low, std::optional<ValueView> high) {
  IndexRange out;
  const ValueView& one = low ? *low : *high;
  out.type = one.is_number() ? format::ValueType::kInt : one.type();
  out.low = low;
  out.high = high;
  return out;
}

Numbers collect(const Index& index, const IndexRange& range, uint64_t after = 0, size_t max = 1000,
                const IsDead& is_dead = {}) {
  Numbers numbers;
  index.collect(range, after, max, is_dead, &numbers);
  return numbers;
}

TEST(Index, FindsByEqualityRangeAndPrefix) {
  Index index(path("v"), false);
  insert(&index, R"({"v":30})", 1);
  insert(&index, R"({"v":30.0})", 2);
  insert(&index, R"({"v":"Alice"})", 3);
  insert(&index, R"({"v":"Alicia"})", 4);
  insert(&index, R"({"v":[1,"Bob",[31]]})", 5);
  insert(&index, R"({"v":null})", 6);
  insert(&index, R"({"v":true})", 7);
  insert(&index, R"({"v":{"x":1}})", 8);
  insert(&index, R"({"w":30})", 9);
  const auto thirty = ValueView::of_int(30);
  EXPECT_THAT(collect(index, range(thirty, thirty)), ElementsAre(1, 2));
  EXPECT_THAT(collect(index, range(thirty, std::nullopt)), ElementsAre(1, 2, 5));
  EXPECT_THAT(collect(index, range(std::nullopt, thirty)), ElementsAre(1, 2, 5));
  EXPECT_THAT(collect(index, range(ValueView(), ValueView())), ElementsAre(6));
  EXPECT_THAT(collect(index, range(ValueView::of_bool(true), ValueView::of_bool(true))),
              ElementsAre(7));
  const auto alice = ValueView::of_text("Alice");
  EXPECT_THAT(collect(index, range(alice, alice)), ElementsAre(3));
  EXPECT_THAT(collect(index, range(alice, std::nullopt)), ElementsAre(3, 4, 5));
  IndexRange prefix = range(ValueView::of_text("Ali"), std::nullopt);
  prefix.prefix = true;
  EXPECT_THAT(collect(index, prefix), ElementsAre(3, 4));
  EXPECT_EQ(index.estimate(prefix), 2u);
  EXPECT_EQ(index.entry_count(), 9u);
  EXPECT_TRUE(index.has_several());
}

TEST(Index, GivesTheSmallestNumbersOncePerPage) {
  Index index(path("v"), false);
  Prng prng(3);
  constexpr uint64_t kDocuments = 5000;
  for (uint64_t number = 1; number <= kDocuments; ++number) {
    insert(&index, text("{\"v\":[", prng.below(100), ",", prng.below(100), "]}"), number);
  }
  const IndexRange all = range(ValueView::of_int(0), std::nullopt);
  uint64_t after = 0;
  Numbers seen;
  while (true) {
    const Numbers page = collect(index, all, after, 70);
    seen.insert(seen.end(), page.begin(), page.end());
    if (page.size() < 70) break;
    after = page.back();
  }
  ASSERT_EQ(seen.size(), kDocuments);
  for (uint64_t i = 0; i < kDocuments; ++i) ASSERT_EQ(seen[i], i + 1);
  EXPECT_THAT(collect(index, all, kDocuments - 2, 70), ElementsAre(kDocuments - 1, kDocuments));
  EXPECT_TRUE(collect(index, all, kDocuments, 70).empty());
  EXPECT_TRUE(collect(index, all, 0, 0).empty());
  // One key: pages begin inside it.
  Index same(path("v"), false);
  for (uint64_t number = 1; number <= 1000; ++number)
    insert(&same, R"({"v":"one and the same text"})", number);
  const auto text = ValueView::of_text("one and the same text");
  EXPECT_THAT(collect(same, range(text, text), 997, 2), ElementsAre(998, 999));
}

TEST(Index, DeadNumbersAreLeftOutAndPurgedInSteps) {
  Index index(path("v"), false);
  constexpr uint64_t kDocuments = 4000;
  const auto json = [](uint64_t number) {
    return number % 2 == 0 ? text("{\"v\":", number % 97, "}")
                           : text("{\"v\":\"a longer text ", number % 89, "\"}");
  };
  for (uint64_t number = 1; number <= kDocuments; ++number) insert(&index, json(number), number);
  EXPECT_FALSE(index.wants_purge());
  std::set<uint64_t> dead;
  const IsDead is_dead = [&dead](uint64_t number) { return dead.count(number) != 0; };
  const auto kill = [&](uint64_t number) {
    dead.insert(number);
    index.note_dead();
  };
  for (uint64_t number = 1; number <= kDocuments; ++number) {
    if (number % 4 != 0 && number % 5 != 0) kill(number);
  }
  ASSERT_TRUE(index.wants_purge());
  const uint64_t bytes_before = index.bytes();
  // Documents come and go while the purge is under way.
  uint64_t next = kDocuments + 1;
  int steps = 0;
  while (!index.purge_step(is_dead, 100)) {
    ++steps;
    ASSERT_TRUE(index.wants_purge());
    insert(&index, json(next), next);
    ++next;
    insert(&index, json(next), next);
    if (steps % 3 == 0) kill(next);
    ++next;
  }
  EXPECT_GT(steps, 30);
  EXPECT_LT(index.bytes(), bytes_before);
  EXPECT_LT(index.entry_count(), kDocuments * 2 / 3);
  Numbers found = collect(index, range(ValueView::of_int(0), std::nullopt), 0, 100000, is_dead);
  const Numbers texts =
      collect(index, range(ValueView::of_text(""), std::nullopt), 0, 100000, is_dead);
  found.insert(found.end(), texts.begin(), texts.end());
  std::sort(found.begin(), found.end());
  Numbers expected;
  for (uint64_t number = 1; number < next; ++number) {
    if (!is_dead(number)) expected.push_back(number);
  }
  EXPECT_EQ(found, expected);
  EXPECT_FALSE(index.wants_purge());
}

TEST(Index, EstimatesLargeRanges) {
  Index numbers(path("v"), false);
  Index texts(path("v"), false);
  Prng prng(8);
  constexpr uint64_t kDocuments = 20000;
  for (uint64_t number = 1; number <= kDocuments; ++number) {
    insert(&numbers, text("{\"v\":", prng.below(1000000), "}"), number);
    insert(&texts, text("{\"v\":\"city ", prng.below(4), "\"}"), number);
  }
  for (const int64_t wanted : {1, 100, 500, 1000, 5000, 12345, 20000}) {
    const size_t about =
        numbers.estimate(range(ValueView::of_int(300), ValueView::of_int(300 + wanted * 50)));
    const size_t expected = std::min<size_t>(static_cast<size_t>(wanted), 20000);
    EXPECT_GT(about + 40, expected / 2) << wanted;
    EXPECT_LT(about, expected * 3 / 2 + 40) << wanted;
  }
  IndexRange prefix = range(ValueView::of_text("city 2"), std::nullopt);
  prefix.prefix = true;
  EXPECT_GT(texts.estimate(prefix), kDocuments / 5);
  EXPECT_LT(texts.estimate(prefix), kDocuments / 3);
  prefix.low = ValueView::of_text("");
  EXPECT_GT(texts.estimate(prefix), kDocuments * 3 / 4);
}

TEST(Index, IsCompact) {
  Index numbers(path("v"), false);
  Index texts(path("v"), false);
  format::DocumentWriter writer;
  Prng prng(5);
  constexpr uint64_t kDocuments = 200000;
  for (uint64_t number = 1; number <= kDocuments; ++number) {
    writer.begin();
    writer.name("v");
    writer.add_int(static_cast<int64_t>(prng.next() >> 20));
    ASSERT_TRUE(
        numbers.insert(format::DocumentView::open(writer.finish().value()).value(), number).ok());
    writer.begin();
    writer.name("v");
    writer.add_text(text("city number ", prng.below(50)));
    ASSERT_TRUE(
        texts.insert(format::DocumentView::open(writer.finish().value()).value(), number).ok());
  }
  RecordProperty("bytes_per_number", static_cast<int>(numbers.bytes() / kDocuments));
  RecordProperty("bytes_per_text", static_cast<int>(texts.bytes() / kDocuments));
  EXPECT_LT(numbers.bytes() / kDocuments, 30u);
  EXPECT_LT(texts.bytes() / kDocuments, 48u);
}

TEST(Index, RefusesNumbersOutOfRangeAndDamagedDocuments) {
  Index index(path("v"), false);
  const auto document = samples::stored(R"({"v":1})");
  const auto view = format::DocumentView::open(document).take();
  EXPECT_EQ(index.insert(view, 0).code(), Code::kLimit);
  EXPECT_EQ(index.insert(view, kIndexNumberMax + 1).code(), Code::kLimit);
  EXPECT_TRUE(index.insert(view, kIndexNumberMax).ok());
  const auto one = ValueView::of_int(1);
  EXPECT_THAT(collect(index, range(one, one)), ElementsAre(kIndexNumberMax));
  Index lists(path("a"), false);
  const auto deep = format::samples::nested_lists(100000);
  EXPECT_EQ(lists.insert(format::DocumentView::open(deep).value(), 1).code(), Code::kCorrupt);
}

}  // namespace
}  // namespace weir::cache
