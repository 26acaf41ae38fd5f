// Changes of a collection.
#include <gtest/gtest.h>

#include "tests/engine/cache/fixture.h"

namespace weir::cache {
namespace {

INSTANTIATE_TEST_SUITE_P(Writing, AnyCollectionTest,
                         ::testing::Values(Where::kDurable, Where::kMemoryCollection,
                                           Where::kMemoryStore),
                         where_name);

TEST_P(AnyCollectionTest, putting_again_replaces_and_gives_a_higher_version) {
  const uint64_t first = put("a", "one");
  const uint64_t second = put("a", "two");

  EXPECT_GT(second, first);
  EXPECT_EQ(get("a"), "two");
  EXPECT_EQ(documents_.at(0).version, second);
  EXPECT_EQ(count(), 1U);
  EXPECT_EQ(scan(), (Contents{{"a", "two"}}));
}

TEST_P(AnyCollectionTest, modes_and_versions_are_conditions) {
  PutOptions insert;
  insert.mode = PutMode::kInsert;
  PutOptions replace;
  replace.mode = PutMode::kReplace;
  PutOptions expecting;

  EXPECT_EQ(put_code("a", "x", replace), Code::kNotFound);
  EXPECT_EQ(put_code("a", "one", insert), Code::kOk);
  EXPECT_EQ(put_code("a", "x", insert), Code::kConflict);
  const uint64_t version = put("a", "two", replace);
  expecting.expected_version = version + 1;
  EXPECT_EQ(put_code("a", "x", expecting), Code::kConflict);
  expecting.expected_version = version;
  EXPECT_EQ(put_code("a", "three", expecting), Code::kOk);
  EXPECT_EQ(put_code("a", "x", expecting), Code::kConflict);
  EXPECT_EQ(put_code("b", "x", expecting), Code::kNotFound);
  RemoveOptions remove_expecting;
  remove_expecting.expected_version = version;
  EXPECT_EQ(remove("a", remove_expecting), Code::kConflict);
  EXPECT_EQ(get("a"), "three");
}

TEST_P(AnyCollectionTest, generated_keys_ascend_and_step_over_keys_in_use) {
  put("2", "mine");
  PutResult result;
  std::vector<uint64_t> keys;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(collection_->insert(as_bytes(std::string_view("x")), {}, &result).ok());
    keys.push_back(result.generated_key);
  }

  EXPECT_THAT(keys, ElementsAre(1, 3, 4));
  EXPECT_EQ(get("2"), "mine");
  EXPECT_EQ(get("3"), "x");
}

TEST_P(AnyCollectionTest, a_thousand_documents_go_in_and_out_at_once_but_not_one_more) {
  std::vector<std::string> names;
  for (int i = 0; i < 1001; ++i) names.push_back("key " + std::to_string(i));
  std::vector<Item> items;
  for (const std::string& name : names) items.push_back({name, as_bytes(name)});
  const std::vector<std::string_view> keys(names.begin(), names.end());
  PutResult result;
  uint64_t removed = 0;
  Level level = Level::kMemory;

  EXPECT_EQ(collection_->put_many(items, {}, &result).code(), Code::kInvalidArgument);
  EXPECT_EQ(collection_->put_many({}, {}, &result).code(), Code::kInvalidArgument);
  EXPECT_EQ(collection_->get_many(keys, &documents_).code(), Code::kInvalidArgument);
  EXPECT_EQ(collection_->get_many({}, &documents_).code(), Code::kInvalidArgument);
  EXPECT_EQ(collection_->remove_many(keys, {}, &removed, &level).code(), Code::kInvalidArgument);
  EXPECT_EQ(collection_->remove_many({}, {}, &removed, &level).code(), Code::kInvalidArgument);
  EXPECT_EQ(count(), 0U);
  const std::span<const Item> most(items.data(), 1000);
  ASSERT_TRUE(collection_->put_many(most, {}, &result).ok());
  EXPECT_EQ(result.count, 1000U);
  EXPECT_EQ(count(), 1000U);
  ASSERT_TRUE(collection_->get_many({keys.data() + 1, 1000}, &documents_).ok());
  EXPECT_EQ(documents_.count(), 1000U);
  EXPECT_EQ(as_text(documents_.at(0).payload), "key 1");
  EXPECT_TRUE(documents_.at(999).missing);
  EXPECT_EQ(documents_.at(999).key, "key 1000");
  ASSERT_TRUE(collection_->remove_many({keys.data() + 1, 1000}, {}, &removed, &level).ok());
  EXPECT_EQ(removed, 999U);
  EXPECT_EQ(count(), 1U);
}

// Seed 003, mistake 4: the first of an "atomic" batch stayed when the second was refused.
TEST_P(AnyCollectionTest, a_batch_that_is_refused_changes_nothing) {
  put("b", "old");
  PutOptions insert;
  insert.mode = PutMode::kInsert;
  PutOptions replace;
  replace.mode = PutMode::kReplace;
  const std::vector<Item> items{{"a", as_bytes(std::string_view("1"))},
                                {"b", as_bytes(std::string_view("2"))}};
  const std::vector<Item> twice{{"x", {}}, {"x", {}}};
  PutResult result;

  EXPECT_EQ(collection_->put_many(items, insert, &result).code(), Code::kConflict);
  EXPECT_EQ(collection_->put_many(items, replace, &result).code(), Code::kNotFound);
  EXPECT_EQ(collection_->put_many(twice, {}, &result).code(), Code::kInvalidArgument);
  EXPECT_EQ(scan(), (Contents{{"b", "old"}}));
}

TEST_P(AnyCollectionTest, a_batch_over_collections_commits_puts_and_removes) {
  const std::shared_ptr<Handle> other = open_collection("other");
  put("gone", "x");
  store::Batch batch(store_);
  ASSERT_TRUE(collection_->add_put(batch, "a", as_bytes(std::string_view("1")), {}).ok());
  ASSERT_TRUE(other->add_put(batch, "b", as_bytes(std::string_view("2")), {}).ok());
  ASSERT_TRUE(collection_->add_put(batch, "a", as_bytes(std::string_view("3")), {}).ok());
  Level level = Level::kMemory;

  ASSERT_TRUE(batch.commit(Durability::kSync, 0, &level).ok());
  EXPECT_EQ(get("a"), "3");
  EXPECT_EQ(count(), 2U);
  store::Batch removal(store_);
  ASSERT_TRUE(collection_->add_remove(removal, "gone", {}).ok());
  ASSERT_TRUE(collection_->add_remove(removal, "a", {}).ok());
  ASSERT_TRUE(removal.commit(Durability::kSync, 0, &level).ok());
  EXPECT_EQ(count(), 0U);
  store::Batch again(store_);
  ASSERT_TRUE(other->add_put(again, "c", {}, {}).ok());
  ASSERT_TRUE(collection_->add_remove(again, "gone", {}).ok());
  EXPECT_EQ(again.commit(Durability::kSync, 0, &level).code(), Code::kNotFound);
  uint64_t others = 0;
  EXPECT_TRUE(other->count(&others).ok());
  EXPECT_EQ(others, 1U);
}

TEST_F(CollectionTest, keys_have_limits) {
  const std::string longest(format::kDocumentKeyBytesMax, 'k');
  put(longest, "x");

  EXPECT_EQ(get(longest), "x");
  EXPECT_EQ(put_code(longest + "k", "x", {}), Code::kTooLarge);
  EXPECT_EQ(put_code("", "x", {}), Code::kInvalidArgument);
  options_.record_bytes_max = 1000;
  reopen();
  EXPECT_EQ(put_code("a", std::string(1000, 'x'), {}), Code::kTooLarge);
  EXPECT_EQ(put_code("a", std::string(900, 'x'), {}), Code::kOk);
}

}  // namespace
}  // namespace weir::cache
