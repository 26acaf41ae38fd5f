// Collections over restarts, crashes and with less memory than documents.
#include <gtest/gtest.h>

#include "tests/engine/cache/fixture.h"

namespace weir::cache {
namespace {

class CollectionRestartTest : public CollectionTest {};

TEST_F(CollectionRestartTest, everything_confirmed_is_there_after_a_crash) {
  put("a", "1");
  put("b", "1");
  put("b", "2");
  put("c", "1");
  EXPECT_EQ(remove("c"), Code::kOk);

  crash();

  EXPECT_EQ(scan(), (Contents{{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(get("b"), "2");
  EXPECT_EQ(get("c"), "-");
  EXPECT_EQ(count(), 2U);
}

TEST_F(CollectionRestartTest, what_was_not_synced_is_lost_as_a_whole) {
  put("a", "1");
  put_async("a", "2");
  put_async("b", "1");

  crash();

  EXPECT_EQ(scan(), (Contents{{"a", "1"}}));
  EXPECT_EQ(get("a"), "1");
}

TEST_F(CollectionRestartTest, replaced_and_removed_documents_stay_so_over_checkpoints) {
  Contents model;
  for (int round = 0; round < 6; ++round) {
    for (int i = 0; i < 200; ++i) {
      const std::string key = "k" + std::to_string((i * 31 + round) % 300);
      if (i % 5 == round % 5) {
        remove(key);
        model.erase(key);
      } else {
        model[key] = std::to_string(round) + std::string(500, 'x');
        put_async(key, model[key]);
      }
    }
    EXPECT_TRUE(collection_->save().ok());
    round % 2 == 0 ? crash() : reopen();
    ASSERT_EQ(scan(), model);
    ASSERT_EQ(count(), model.size());
    for (const auto& [key, value] : model) ASSERT_EQ(get(key), value);
  }
}

// Seed 003, mistake 2: ids began at 1 again after a load, and the first insert replaced document 1.
TEST_F(CollectionRestartTest, generated_keys_go_on_and_are_never_given_out_twice) {
  PutResult result;
  PutOptions async;
  async.durability = Durability::kAsync;
  uint64_t highest = 0;
  const auto insert = [&](const PutOptions& options) {
    EXPECT_TRUE(collection_->insert(as_bytes(std::string_view("x")), options, &result).ok());
    EXPECT_GT(result.generated_key, highest);
    highest = result.generated_key;
  };
  insert({});
  insert({});
  reopen();
  insert({});
  EXPECT_EQ(highest, 3U);
  put("not a number", "x");
  put("7", "x");
  EXPECT_EQ(remove("3"), Code::kOk);
  reopen();
  insert(async);
  EXPECT_EQ(highest, 4U);
  crash();
  EXPECT_EQ(get("4"), "-");
  insert({});
  insert(async);
  crash();
  insert({});
  EXPECT_EQ(get("7"), "x");
}

TEST_F(CollectionRestartTest, documents_beyond_the_memory_budget_are_read_back) {
  options_.memory_bytes_max = 1 << 20;
  reopen();
  for (int i = 0; i < 5000; ++i)
    put_async("k" + std::to_string(i), std::to_string(i) + std::string(900, 'x'));

  for (int i = 0; i < 5000; i += 7)
    ASSERT_EQ(get("k" + std::to_string(i)), std::to_string(i) + std::string(900, 'x'));
  EXPECT_GT(stats().miss_count, 0U);
  const std::string_view keys[] = {"k1", "k4999", "k2500", "none", "k1"};
  ASSERT_TRUE(collection_->get_many(keys, &documents_).ok());
  EXPECT_EQ(as_text(documents_.at(0).payload), "1" + std::string(900, 'x'));
  EXPECT_EQ(as_text(documents_.at(2).payload), "2500" + std::string(900, 'x'));
  EXPECT_TRUE(documents_.at(3).missing);
  EXPECT_EQ(as_text(documents_.at(4).payload), "1" + std::string(900, 'x'));
  EXPECT_LE(store_->statistics().memory_bytes_used, 3U << 19);
  for (int i = 0; i < 5000; i += 2) EXPECT_EQ(remove("k" + std::to_string(i)), Code::kOk);
  crash();
  EXPECT_EQ(scan().size(), 2500U);
}

// Seed 003, mistake 1: a document that compresses well could not be loaded, and was then overwritten.
TEST_F(CollectionRestartTest, a_long_run_of_one_letter_comes_back) {
  const std::string run(1 << 20, 'a');
  put("run", run);
  EXPECT_TRUE(collection_->save().ok());
  reopen();
  put("other", "x");
  reopen();

  EXPECT_EQ(get("run"), run);
  EXPECT_EQ(get("other"), "x");
}

// Seed 003, mistake 3: saving wrote only the collections that were in memory.
TEST_F(CollectionRestartTest, all_collections_are_kept_whatever_is_loaded) {
  for (int i = 0; i < 20; ++i) {
    const std::shared_ptr<Handle> one = open_collection("c" + std::to_string(i));
    PutResult result;
    ASSERT_TRUE(one->put("k", as_bytes(one->stream()->name()), {}, &result).ok());
  }
  for (int round = 0; round < 3; ++round) {
    EXPECT_TRUE(open_collection("c3")->get("k", &documents_).ok());
    EXPECT_TRUE(open_collection("c3")->save().ok());
    reopen();
  }

  for (int i = 0; i < 20; ++i) {
    const std::shared_ptr<Handle> one = open_collection("c" + std::to_string(i));
    ASSERT_TRUE(one->get("k", &documents_).ok());
    EXPECT_EQ(as_text(documents_.at(0).payload), "c" + std::to_string(i));
  }
}

TEST_F(CollectionRestartTest, a_memory_collection_outlives_a_clean_close_only) {
  kind_ = Kind::kMemory;
  collection_ = open_collection("m");
  put("a", "1");
  put("a", "2");
  const auto get_from_m = [&](std::string_view key) {
    collection_ = open_collection("m");
    return get(key);
  };

  reopen();
  EXPECT_EQ(get_from_m("a"), "2");
  crash();
  EXPECT_EQ(get_from_m("a"), "-");
}

TEST_F(CollectionRestartTest, a_read_only_store_is_read) {
  put("a", "1");
  close();
  options_.read_only = true;
  options_.create = false;
  open();

  EXPECT_EQ(get("a"), "1");
  EXPECT_EQ(put_code("a", "x", {}), Code::kReadOnly);
  EXPECT_EQ(remove("a"), Code::kReadOnly);
  PutResult result;
  EXPECT_EQ(collection_->insert({}, {}, &result).code(), Code::kReadOnly);
  EXPECT_EQ(collection_->save().code(), Code::kReadOnly);
  EXPECT_EQ(scan().size(), 1U);
}

}  // namespace
}  // namespace weir::cache
