#include "engine/log/records.h"

#include "tests/engine/log/fixture.h"

namespace weir::log {

namespace {

using RecordsTest = LogTest;

uint64_t pinned(const store::Store& store) {
  return const_cast<store::Store&>(store).core().pool->budget().pinned();
}

TEST_F(RecordsTest, FewBytesAreCopiedAndManyPinTheirChunks) {
  append_many_numbered(300, 1000);
  ASSERT_EQ(read(10, 2), Code::kOk);
  EXPECT_EQ(pinned(*store_), 0u) << "2 KB do not hold on to 64 KiB";
  ASSERT_EQ(read(10, 200), Code::kOk);
  EXPECT_GE(pinned(*store_), 200'000u);
  EXPECT_LE(pinned(*store_), 400'000u);
  records_.clear();
  EXPECT_EQ(pinned(*store_), 0u);
}

TEST_F(RecordsTest, OutliveTheStore) {
  append_many_numbered(300, 1000);
  ASSERT_EQ(read(0, 300), Code::kOk);
  const std::vector<std::string> before = texts();
  close();
  EXPECT_EQ(texts(), before);
  records_.clear();
}

TEST_F(RecordsTest, AreUsedAgain) {
  append_many_numbered(300);
  for (int round = 0; round < 3; ++round) {
    ASSERT_EQ(read(100, 50), Code::kOk);
    EXPECT_EQ(texts(), numbers(100, 150));
    EXPECT_EQ(records_.payload_bytes(), 150u);
  }
}

TEST_F(RecordsTest, DecodePropertiesInAnyOrder) {
  for (int i = 0; i < 5; ++i) append("x", with_key("key" + std::to_string(i)));
  ASSERT_EQ(read(0), Code::kOk);
  const format::Properties* three = records_.properties(3).take();
  const format::Properties* one = records_.properties(1).take();
  EXPECT_EQ(records_.properties(4).take()->key, "key4");
  EXPECT_EQ(three->key, "key3") << "views stay";
  EXPECT_EQ(one->key, "key1");
  EXPECT_EQ(records_.properties(3).take(), three);
}

TEST_F(RecordsTest, DropTakesTheLastOnesBack) {
  append_numbered(4);
  ASSERT_EQ(read(0), Code::kOk);
  records_.drop_from(2);
  EXPECT_EQ(texts(), numbers(0, 2));
  EXPECT_EQ(records_.payload_bytes(), 2u);
}

}  // namespace

}  // namespace weir::log
