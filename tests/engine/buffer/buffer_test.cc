#include "engine/buffer/buffer.h"

#include <set>

#include "tests/engine/buffer/fixture.h"

namespace weir::buffer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using OpenTest = BufferTest;

TEST_F(OpenTest, handles_of_one_name_are_one_buffer_that_ends_with_the_last) {
  open();
  set("a", "1");
  Result<std::unique_ptr<Handle>> second = Handle::open(store_, "b", nullptr);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second.value()->ref().table, buffer_->ref().table);
  EXPECT_TRUE(buffer_->close().ok());
  EXPECT_EQ(buffer_->close().code(), Code::kClosed);
  buffer_ = second.take();
  EXPECT_EQ(get("a"), "1");
  EXPECT_TRUE(buffer_->close().ok());
  open();
  EXPECT_EQ(get("a"), "-");
}

TEST_F(OpenTest, other_options_for_an_open_buffer_are_refused) {
  open();
  Options others = options_;
  others.expiry_ms = 7;
  const Result<std::unique_ptr<Handle>> refused = Handle::open(store_, "b", &others);
  EXPECT_EQ(refused.status().code(), Code::kExists);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("expiry_ms 1000"));
  EXPECT_TRUE(Handle::open(store_, "b", &options_).ok());
  EXPECT_TRUE(Handle::open(store_, "other", &others).ok());
}

TEST_F(OpenTest, buffers_of_different_names_know_nothing_of_each_other) {
  open();
  set("a", "1");
  Result<std::unique_ptr<Handle>> other = Handle::open(store_, "other", nullptr);
  ASSERT_TRUE(other.ok());
  EXPECT_THAT(list(*store_), ElementsAre("b", "other"));
  std::swap(buffer_, other.value());
  EXPECT_EQ(get("a"), "-");
  EXPECT_TRUE(buffer_->close().ok());
  std::swap(buffer_, other.value());
  EXPECT_EQ(get("a"), "1");
  EXPECT_TRUE(buffer_->close().ok());
  EXPECT_THAT(list(*store_), IsEmpty());
}

TEST_F(OpenTest, a_buffer_keeps_its_store) {
  open();
  std::weak_ptr<store::Store> store = store_;
  store_.reset();
  EXPECT_FALSE(store.expired());
  EXPECT_EQ(set("a", "1"), Code::kOk);
  buffer_.reset();
  EXPECT_TRUE(store.expired());
}

TEST_F(OpenTest, ids_hold_the_handle_and_the_time_and_are_never_the_same) {
  uint8_t id[kIdBytes];
  make_id(world_->env(), -5, id);
  EXPECT_EQ(load_little<int64_t>(id), -5);
  EXPECT_EQ(load_little<int64_t>(id + 8), world_->clock().wall_ns());
  std::set<std::string> all;
  for (int i = 0; i < 10'000; ++i) {
    make_id(world_->env(), 1, id);  // the clock stands still
    EXPECT_TRUE(all.emplace(as_text(id)).second);
  }
}

}  // namespace
}  // namespace weir::buffer
