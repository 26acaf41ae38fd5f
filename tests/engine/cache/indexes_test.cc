#include "engine/cache/indexes.h"

#include <gtest/gtest.h>

#include "tests/engine/cache/json_fixture.h"

namespace weir::cache {
namespace {

class IndexesTest : public JsonCollectionTest {
 protected:
  std::vector<std::string> names() {
    std::vector<std::string> all;
    EXPECT_TRUE(collection_->list_indexes(&all).ok());
    return all;
  }
  size_t built_count() {
    MutexLock lock(store_->mutex());
    return collection_->state()->indexes().built_locked().size();
  }
};

TEST_F(IndexesTest, definitions_survive_restarts_and_contents_are_built_when_needed) {
  put_json("a", R"({"n":1})");
  ASSERT_TRUE(collection_->create_index("n", false).ok());
  ASSERT_TRUE(collection_->create_index("gone", true).ok());
  ASSERT_TRUE(collection_->drop_index("gone", true).ok());
  crash();
  EXPECT_THAT(names(), ElementsAre("n"));
  EXPECT_EQ(built_count(), 0U);

  EXPECT_THAT(find(R"({"n":1})"), ElementsAre("a"));

  EXPECT_EQ(built_count(), 1U);
  EXPECT_GT(stats().index_bytes, 0U);
  ASSERT_TRUE(collection_->save().ok());
  reopen();
  EXPECT_THAT(names(), ElementsAre("n"));
}

TEST_F(IndexesTest, follow_every_change) {
  ASSERT_TRUE(collection_->create_index("n", false).ok());
  put_json("a", R"({"n":1})");
  EXPECT_THAT(find(R"({"n":1})"), ElementsAre("a"));
  put_json("b", R"({"n":1})");
  put_json("a", R"({"n":2})");
  EXPECT_THAT(find(R"({"n":1})"), ElementsAre("b"));
  EXPECT_THAT(find(R"({"n":2})"), ElementsAre("a"));
  remove("b");
  EXPECT_THAT(find(R"({"n":1})"), IsEmpty());
  store::Batch batch(store_);
  const std::string large = R"({"n":1,"text":")" + std::string(50'000, 'x') + "\"}";
  ASSERT_TRUE(collection_->add_put(batch, "c", as_bytes(large), json()).ok());
  ASSERT_TRUE(
      collection_->add_put(batch, "d", as_bytes(std::string_view("{\"n\":1}")), json()).ok());
  Level level = Level::kMemory;
  ASSERT_TRUE(batch.commit(Durability::kSync, 0, &level).ok());
  EXPECT_THAT(find(R"({"n":1})"), ElementsAre("c", "d"));
}

TEST_F(IndexesTest, rebuilding_and_budget) {
  for (int i = 0; i < 1000; ++i)
    put_json("k" + std::to_string(i), "{\"n\":" + std::to_string(i) + "}");
  const uint64_t before = store_->statistics().memory_bytes_used;
  ASSERT_TRUE(collection_->create_index("n", false).ok());

  ASSERT_TRUE(collection_->rebuild_index("n", false).ok());

  EXPECT_EQ(built_count(), 1U);
  EXPECT_GT(store_->statistics().memory_bytes_used, before);
  EXPECT_EQ(collection_->rebuild_index("m", false).code(), Code::kNotFound);
  ASSERT_TRUE(collection_->drop_index("n", false).ok());
  EXPECT_EQ(stats().index_bytes, 0U);
  EXPECT_EQ(find(R"({"n":{"gte":990}})").size(), 10U);
}

// Seed 003, mistake 5: a list in an indexed field ended the process.
TEST_F(IndexesTest, take_any_shape) {
  ASSERT_TRUE(collection_->create_index("f", false).ok());
  ASSERT_TRUE(collection_->create_index("f", true).ok());
  const char* shapes[] = {R"({"f":[1,"a",[2],{"f":3}]})",
                          R"({"f":{"f":1}})",
                          R"({"f":null})",
                          R"({"f":true})",
                          R"({})",
                          R"({"f":"A"})",
                          R"({"f":1e300})"};
  for (size_t i = 0; i < std::size(shapes); ++i) put_json(std::to_string(i), shapes[i]);

  EXPECT_THAT(find(R"({"f":"a"})"), ElementsAre("0"));
  EXPECT_THAT(find(R"({"f":{"eq":"a","fold":true}})"), ElementsAre("0", "5"));
  EXPECT_THAT(find(R"({"f":null})"), ElementsAre("2"));
  EXPECT_THAT(find(R"({"f":2})"), ElementsAre("0"));
}

}  // namespace
}  // namespace weir::cache
