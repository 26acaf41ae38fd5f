#include "engine/cache/directory.h"

#include <gtest/gtest.h>

#include <map>

#include "base/prng.h"

namespace weir::cache {
namespace {

class DirectoryTest : public ::testing::Test {
 protected:
  static KeyedHash::Secret secret() {
    KeyedHash::Secret bytes;
    for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(i * 37 + 11);
    return bytes;
  }
  Hash128 hash(uint64_t key) const {
    const std::string text = "key " + std::to_string(key);
    return hash_(as_bytes(text));
  }

  KeyedHash hash_{secret()};
  storage::MemoryBudget budget_{1 << 30};
  Directory directory_{budget_};
};

TEST_F(DirectoryTest, finds_what_was_set_and_nothing_else) {
  directory_.set(hash(1), 10);
  directory_.set(hash(2), kEntryMax);

  EXPECT_EQ(directory_.find(hash(1)), 10U);
  EXPECT_EQ(directory_.find(hash(2)), kEntryMax);
  EXPECT_EQ(directory_.find(hash(3)), 0U);
  EXPECT_EQ(directory_.size(), 2U);
}

TEST_F(DirectoryTest, keys_whose_hashes_differ_in_few_bits_are_kept_apart) {
  const Hash128 base{7, 0x10000};
  const Hash128 other_low{7 + (uint64_t{1} << 40), 0x10000};
  const Hash128 other_high{7, 0x10001};

  directory_.set(base, 1);
  directory_.set(other_low, 2);
  directory_.set(other_high, 3);

  EXPECT_EQ(directory_.find(base), 1U);
  EXPECT_EQ(directory_.find(other_low), 2U);
  EXPECT_EQ(directory_.find(other_high), 3U);
}

TEST_F(DirectoryTest, equals_a_map_over_growth_splitting_and_removal) {
  std::map<uint64_t, uint64_t> model;
  Prng prng(1);
  for (uint64_t step = 1; step <= 300'000; ++step) {
    const uint64_t key = prng.next() % 60'000;
    if (prng.next() % 3 == 0) {
      EXPECT_EQ(directory_.erase(hash(key)), model.erase(key) == 1);
    } else {
      directory_.set(hash(key), step);
      model[key] = step;
    }
  }

  EXPECT_EQ(directory_.size(), model.size());
  for (uint64_t key = 0; key < 60'000; ++key) {
    const auto found = model.find(key);
    ASSERT_EQ(directory_.find(hash(key)), found == model.end() ? 0 : found->second) << key;
  }
}

TEST_F(DirectoryTest, its_bytes_count_against_the_budget_until_it_is_cleared) {
  for (uint64_t key = 0; key < 50'000; ++key) directory_.set(hash(key), key + 1);

  EXPECT_EQ(budget_.used(), directory_.bytes());
  EXPECT_GE(directory_.bytes(), 50'000 * 16U);
  EXPECT_LE(directory_.bytes(), 50'000 * 16U * 3);
  directory_.clear();
  EXPECT_EQ(budget_.used(), 0U);
  EXPECT_EQ(directory_.find(hash(1)), 0U);
}

TEST_F(DirectoryTest, with_room_reserved_setting_takes_no_memory) {
  for (uint64_t key = 0; key < 1000; ++key) {
    directory_.reserve(hash(key));
    const uint64_t before = directory_.bytes();
    directory_.set(hash(key), 1);
    ASSERT_EQ(directory_.bytes(), before);
  }
}

}  // namespace
}  // namespace weir::cache
