#include "engine/cache/collection.h"

#include <gtest/gtest.h>

#include "tests/engine/cache/fixture.h"

namespace weir::cache {
namespace {

TEST_F(CollectionTest, collections_are_created_listed_and_dropped) {
  open_collection("b");
  open_collection("a");

  EXPECT_THAT(list(*store_).value(), ElementsAre("a", "b", "c"));
  put("k", "v");
  EXPECT_TRUE(drop(*store_, "c").ok());
  EXPECT_EQ(drop(*store_, "c").code(), Code::kNotFound);
  EXPECT_EQ(put_code("k", "v", {}), Code::kClosed);
  EXPECT_EQ(collection_->get("k", &documents_).code(), Code::kClosed);
  collection_ = open_collection("c");
  EXPECT_EQ(get("k"), "-");
  OpenOptions options;
  options.create = false;
  EXPECT_EQ(Handle::open(store_, "nowhere", options).status().code(), Code::kNotFound);
  options.kind = Kind::kMemory;
  EXPECT_EQ(Handle::open(store_, "c", options).status().code(), Code::kExists);
}

TEST_F(CollectionTest, a_closed_handle_says_so_and_others_go_on) {
  const std::shared_ptr<Handle> other = open_collection("c");
  put("a", "x");
  collection_->shutdown();

  uint64_t number = 0;
  Level level = Level::kMemory;
  PutResult result;
  EXPECT_EQ(put_code("a", "x", {}), Code::kClosed);
  EXPECT_EQ(collection_->insert({}, {}, &result).code(), Code::kClosed);
  EXPECT_EQ(remove("a"), Code::kClosed);
  EXPECT_EQ(collection_->get("a", &documents_).code(), Code::kClosed);
  EXPECT_EQ(collection_->count(&number).code(), Code::kClosed);
  EXPECT_EQ(collection_->save().code(), Code::kClosed);
  EXPECT_EQ(Cursor::open(collection_, {}).status().code(), Code::kClosed);
  const std::string_view key = "a";
  EXPECT_EQ(collection_->remove_many({&key, 1}, {}, &number, &level).code(), Code::kClosed);
  EXPECT_TRUE(other->get("a", &documents_).ok());
}

TEST_F(CollectionTest, states_are_shown) {
  EXPECT_EQ(stats().state, Loaded::kUnloaded);
  put("a", "x");
  EXPECT_EQ(stats().state, Loaded::kLoaded);
  put_async("a", "y");
  EXPECT_EQ(stats().state, Loaded::kDirty);
  EXPECT_TRUE(store_->sync().ok());
  EXPECT_EQ(stats().state, Loaded::kLoaded);
  reopen();
  EXPECT_EQ(stats().state, Loaded::kUnloaded);
  EXPECT_EQ(stats().document_count, 1U);
  EXPECT_EQ(stats().state, Loaded::kUnloaded);
  EXPECT_EQ(get("a"), "y");
  EXPECT_EQ(stats().state, Loaded::kLoaded);
}

}  // namespace
}  // namespace weir::cache
