// Holds, random access and what eviction takes first.
#include <map>
#include <set>

#include "tests/storage/stream_fixture.h"

namespace weir::storage {
namespace {

// --- holds ---

TEST_F(StreamTest, what_dies_under_a_hold_stays_readable_until_it_is_closed) {
  for (int i = 0; i < 10; ++i) append(10'000);
  save_all(stream_);
  const uint64_t bytes = stream_.memory_bytes();
  const uint64_t hold = stream_.open_hold();

  stream_.mark_dead(1, 9);

  EXPECT_EQ(stream_.live_count(), 1U);
  EXPECT_EQ(stream_.memory_bytes(), bytes);
  EXPECT_EQ(payload_at(stream_, 2), expected_payload(10'000, 2));
  EXPECT_EQ(stream_.gone_in(1, 10).count(), 0U);
  EXPECT_EQ(stream_.dead_at(hold, 1, 10).count(), 0U);
  EXPECT_EQ(stream_.dead_at(0, 1, 10).count(), 9U);

  stream_.close_hold(hold);

  EXPECT_LT(stream_.memory_bytes(), bytes);
  EXPECT_EQ(stream_.gone_in(1, 10).count(), 9U);
  EXPECT_EQ(stream_.held_count(), 0U);
}

TEST_F(StreamTest, a_hold_sees_what_was_live_when_it_was_opened) {
  for (int i = 0; i < 10; ++i) append(100);
  stream_.mark_dead(4, 5);
  const uint64_t hold = stream_.open_hold();
  stream_.mark_dead(3, 7);
  const uint64_t later = stream_.open_hold();

  EXPECT_EQ(stream_.dead_at(hold, 1, 10).count(), 2U);
  EXPECT_TRUE(stream_.dead_at(hold, 1, 10).contains(4));
  EXPECT_EQ(stream_.dead_at(later, 1, 10).count(), 5U);
  EXPECT_EQ(stream_.gone_in(1, 10).count(), 2U);
}

TEST_F(StreamTest, a_held_record_keeps_its_file_through_checkpoints) {
  for (int i = 0; i < 3; ++i) append(20'000);
  save_all(stream_);
  const uint64_t hold = stream_.open_hold();
  stream_.mark_dead(1, 3);
  EXPECT_EQ(log_.live_extents, 3U);

  Extent copy;
  copy.first = 1;
  copy.last = 3;
  copy.offset = 4096;
  copy.bytes = 60'000;
  copy.file = &segment_;
  stream_.replace_copied([&](const Extent& extent) { return extent.file == &log_; }, {copy});
  EXPECT_EQ(log_.live_extents, 0U);
  EXPECT_EQ(segment_.live_extents, 1U);

  stream_.close_hold(hold);
  EXPECT_EQ(segment_.live_extents, 0U);
  EXPECT_TRUE(stream_.extents().empty());
}

TEST_F(StreamTest, holds_against_a_plain_model) {
  // Random deaths, holds and publications; after all holds are closed nothing may be left of what is dead.
  Prng random(7);
  std::map<uint64_t, std::set<uint64_t>> seen;  // hold -> dead when it was opened
  std::set<uint64_t> dead;
  for (int step = 0; step < 4000; ++step) {
    const uint64_t next = stream_.next_number();
    const uint64_t dice = random.next() % 8;
    if (dice < 4) append(random.next() % 3000);
    if (dice == 4) save_all(stream_);
    if (dice == 5 && next > 1) {
      const uint64_t first = 1 + random.next() % (next - 1);
      const uint64_t last = std::min(next - 1, first + random.next() % 20);
      stream_.mark_dead(first, last);
      for (uint64_t number = first; number <= last; ++number) dead.insert(number);
    }
    if (dice == 6 && seen.size() < 4) seen[stream_.open_hold()] = dead;
    if (dice == 7 && !seen.empty()) {
      const auto hold = std::next(seen.begin(), static_cast<long>(random.next() % seen.size()));
      stream_.close_hold(hold->first);
      seen.erase(hold);
    }
    for (const auto& [hold, known] : seen) {
      ASSERT_EQ(stream_.dead_at(hold, 1, next).count(), known.size()) << "step " << step;
    }
  }
  save_all(stream_);
  while (!seen.empty()) {
    stream_.close_hold(seen.begin()->first);
    seen.erase(seen.begin());
  }
  uint64_t live = 0;
  for (size_t i = 0; i < stream_.extents().size(); ++i) {
    if (stream_.extents()[i].file != nullptr) live += stream_.extents()[i].live;
  }
  EXPECT_EQ(live, stream_.live_count());
}

// --- random access ---

TEST_F(StreamTest, any_record_is_found_at_random) {
  append(100);  // before the offsets are wanted
  stream_.access = Access::kRandom;
  for (int i = 0; i < 500; ++i) append(static_cast<size_t>(i) % 300);

  for (uint64_t number = 501; number > 0; --number) {
    const size_t bytes = number == 1 ? 100 : (number - 2) % 300;
    ASSERT_EQ(payload_at(stream_, number), expected_payload(bytes, number)) << number;
  }
  EXPECT_EQ(stream_.find_in_memory(502, nullptr), nullptr);
  EXPECT_EQ(stream_.find_in_memory(0, nullptr), nullptr);
}

TEST_F(StreamTest, holes_in_a_chunk_are_no_records) {
  stream_.access = Access::kRandom;
  append(10);
  stream_.raise_next(9);
  append(20);

  EXPECT_EQ(payload_at(stream_, 9), expected_payload(20, 9));
  EXPECT_EQ(stream_.find_in_memory(5, nullptr), nullptr);
}

TEST_F(StreamTest, what_was_found_lately_stays_longer) {
  stream_.access = Access::kRandom;
  for (int i = 0; i < 40; ++i) append(10'000);
  save_all(stream_);
  const uint64_t wanted = stream_.chunks()[2]->first;
  ASSERT_NE(stream_.find_in_memory(wanted, nullptr), nullptr);

  stream_.evict(stream_.next_number(), stream_.memory_bytes() / 2);

  EXPECT_NE(stream_.find_in_memory(wanted, nullptr), nullptr);
  EXPECT_EQ(stream_.find_in_memory(stream_.floor(), nullptr), nullptr);
}

TEST_F(StreamTest, a_log_loses_its_oldest_chunks_first) {
  stream_.access = Access::kLog;
  for (int i = 0; i < 40; ++i) append(10'000);
  save_all(stream_);

  stream_.evict(1, stream_.memory_bytes() / 2);

  EXPECT_EQ(stream_.find_in_memory(1, nullptr), nullptr);
  EXPECT_NE(stream_.find_in_memory(39, nullptr), nullptr);
}

}  // namespace
}  // namespace weir::storage
