#include "engine/cache/plan.h"

#include <gtest/gtest.h>

#include <deque>
#include <set>

#include "tests/engine/cache/naive.h"

namespace weir::cache {
namespace {

using samples::Json;
using Numbers = std::vector<uint64_t>;

// Documents with numbers, some of them dead, and indexes on them.
class Collection {
 public:
  Collection(uint64_t seed, const std::vector<std::pair<std::string, bool>>& indexes) {
    for (const auto& [path, fold] : indexes) {
      indexes_.push_back(std::make_unique<Index>(Path::parse(path).take(), fold));
      views_.push_back(indexes_.back().get());
    }
    Prng prng(seed);
    for (int i = 0; i < 200; ++i) add(samples::random_object(prng, 2));
    for (uint64_t number = 1; number <= 200; ++number) {
      if (!prng.one_in(3)) continue;
      dead_.insert(number);
      for (auto& index : indexes_) index->note_dead();
    }
    // Some indexes are purged, some half-way, some not at all.
    const IsDead is_dead = [this](uint64_t number) { return dead_.count(number) != 0; };
    for (auto& index : indexes_) index->purge_step(is_dead, prng.below(400));
    for (int i = 0; i < 50; ++i) add(samples::random_object(prng, 2));
  }

  void add(const Json& document) {
    documents_.push_back(samples::stored(document.dump()));
    const auto view = format::DocumentView::open(documents_.back()).take();
    for (auto& index : indexes_) {
      if (!index->insert(view, documents_.size()).ok()) throw std::runtime_error("insert");
    }
  }

  Numbers scan(const Filter& filter) const {
    Numbers numbers;
    for (uint64_t number = 1; number <= documents_.size(); ++number) {
      if (!dead_.count(number) && filter.matches(documents_[number - 1]) == Match::kYes)
        numbers.push_back(number);
    }
    return numbers;
  }

  // Page by page, as a collection does it.
  Numbers look_up(const Filter& filter, const Plan& plan, size_t page_size) const {
    Numbers numbers;
    Numbers page;
    uint64_t after = 0;
    const IsDead is_dead = [this](uint64_t number) { return dead_.count(number) != 0; };
    do {
      plan.candidates(after, page_size, is_dead, &page);
      for (const uint64_t number : page) {
        if (number <= after) throw std::runtime_error("not ascending");
        after = number;
        if (filter.matches(documents_[number - 1]) == Match::kYes) numbers.push_back(number);
      }
    } while (page.size() == page_size);
    return numbers;
  }

  std::span<const Index* const> indexes() const { return views_; }
  size_t size() const { return documents_.size() - dead_.size(); }

 private:
  std::vector<samples::Bytes> documents_;
  std::set<uint64_t> dead_;
  std::vector<std::unique_ptr<Index>> indexes_;
  std::vector<const Index*> views_;
};

TEST(Plan, IndexAndScanAnswerTheSame) {
  JsonReader reader;
  constexpr size_t kComparisons = 100000;
  size_t tried = 0;
  size_t compared = 0;
  size_t found = 0;
  for (uint64_t seed = 0; compared < kComparisons; ++seed) {
    Prng prng(seed);
    std::vector<std::pair<std::string, bool>> indexes;
    for (uint64_t left = 1 + prng.below(4); left > 0; --left) {
      indexes.emplace_back(naive::random_path(prng), prng.one_in(2));
    }
    const Collection collection(seed, indexes);
    for (int i = 0; i < 500; ++i, ++tried) {
      const Json json = naive::random_filter(prng, prng.one_in(2) ? 2 : 0);
      const auto filter = Filter::parse(json.dump(), &reader);
      ASSERT_TRUE(filter.ok()) << json;
      const Plan plan = Plan::choose(filter.value(), collection.indexes(), collection.size());
      if (!plan.uses_index()) continue;
      const Numbers expected = collection.scan(filter.value());
      ASSERT_EQ(collection.look_up(filter.value(), plan, 1 + prng.below(100)), expected)
          << seed << " " << json;
      ++compared;
      found += expected.size();
    }
  }
  EXPECT_GT(compared, tried / 5);
  EXPECT_GT(found, compared);
}

class Choice : public testing::Test {
 protected:
  Choice()
      : age_(Path::parse("age").take(), false),
        name_(Path::parse("name").take(), false),
        folded_(Path::parse("name").take(), true) {
    for (uint64_t number = 1; number <= 10000; ++number) {
      const auto document =
          samples::stored(text("{\"age\":", number % 100, ",\"name\":\"Name", number, "\"}"));
      const auto view = format::DocumentView::open(document).take();
      for (Index* index : {&age_, &name_, &folded_}) EXPECT_TRUE(index->insert(view, number).ok());
    }
  }

  Plan choose(std::string_view json, std::vector<const Index*> indexes) {
    filters_.push_back(Filter::parse(json, &reader_).take());
    return Plan::choose(filters_.back(), indexes, 10000);
  }
  size_t cost(std::string_view json, std::vector<const Index*> indexes) {
    const Plan plan = choose(json, std::move(indexes));
    return plan.uses_index() ? plan.cost() : 99999;
  }

  JsonReader reader_;
  std::deque<Filter> filters_;
  Index age_;
  Index name_;
  Index folded_;
};

TEST_F(Choice, TakesTheCheapest) {
  EXPECT_EQ(cost(R"({"age":5})", {&age_, &name_}), 100u);
  EXPECT_EQ(cost(R"({"age":5,"name":"Name7"})", {&age_, &name_}), 1u);
  EXPECT_EQ(cost(R"({"and":[{"age":5},{"name":"Name7"}]})", {&age_, &name_}), 1u);
  EXPECT_EQ(cost(R"({"or":[{"age":5},{"name":"Name7"}]})", {&age_, &name_}), 101u);
  EXPECT_EQ(cost(R"({"name":{"in":["Name7","Name8","x"]}})", {&name_}), 2u);
  EXPECT_EQ(cost(R"({"name":{"in":[]}})", {&name_}), 0u);
  EXPECT_EQ(cost(R"({"age":{"gte":5,"lt":7}})", {&age_}), 300u);
  EXPECT_EQ(cost(R"({"name":{"prefix":"Name999"}})", {&name_}), 11u);
}

TEST_F(Choice, TakesNoneThatCannotServe) {
  for (const char* json :
       {"{}", R"({"x":1})", R"({"age":{"ne":5}})", R"({"not":{"age":5}})",
        R"({"age":{"exists":true}})", R"({"age":[1]})", R"({"age":{"in":[1,[2]]}})",
        R"({"or":[{"age":5},{"x":1}]})", R"({"age":{"gte":5}})"}) {
    EXPECT_FALSE(choose(json, {&age_, &name_}).uses_index()) << json;
  }
}

TEST_F(Choice, FoldedTextsNeedAFoldedIndex) {
  EXPECT_FALSE(choose(R"({"name":{"eq":"NAME7","fold":true}})", {&name_}).uses_index());
  EXPECT_EQ(cost(R"({"name":{"eq":"NAME7","fold":true}})", {&name_, &folded_}), 1u);
  EXPECT_EQ(cost(R"({"name":"Name7"})", {&folded_}), 1u);
  EXPECT_EQ(cost(R"({"name":{"prefix":"Name999"}})", {&folded_}), 11u);
  EXPECT_EQ(cost(R"({"name":{"in":["Name7","Name8"]}})", {&folded_}), 2u);
  EXPECT_FALSE(choose(R"({"name":{"gte":"Name9990"}})", {&folded_}).uses_index());
  EXPECT_EQ(cost(R"({"name":{"gte":"NAME9990","fold":true}})", {&folded_}), 10u);
  EXPECT_EQ(cost(R"({"name":{"gte":"Name9990"}})", {&name_}), 10u);
}

}  // namespace
}  // namespace weir::cache
