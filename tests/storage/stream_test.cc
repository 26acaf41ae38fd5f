#include "storage/stream.h"

#include "tests/storage/stream_fixture.h"

namespace weir::storage {
namespace {

TEST_F(StreamTest, numbers_start_at_one_and_are_dense) {
  EXPECT_EQ(stream_.first_live(1), 1U);
  EXPECT_EQ(append(10), 1U);
  EXPECT_EQ(append(0), 2U);
  EXPECT_EQ(append(100'000), 3U);
  EXPECT_EQ(append(10), 4U);

  EXPECT_EQ(stream_.next_number(), 5U);
  EXPECT_EQ(stream_.live_count(), 4U);
}

TEST_F(StreamTest, records_of_every_size_are_found_in_memory) {
  const size_t sizes[] = {0, 1, 7, 8, 900, 1024, 5000, 16'383, 16'384, 65'536, 70'000, 3u << 20, 1};
  for (const size_t size : sizes) append(size);

  for (uint64_t number = std::size(sizes); number >= 1; --number)
    EXPECT_EQ(payload_at(stream_, number), expected_payload(sizes[number - 1], number)) << number;
  EXPECT_EQ(stream_.find_in_memory(0, nullptr), nullptr);
  EXPECT_EQ(stream_.find_in_memory(stream_.next_number(), nullptr), nullptr);
}

TEST_F(StreamTest, a_stream_that_gets_more_gets_larger_chunks) {
  for (int i = 0; i < 2000; ++i) append(100);

  EXPECT_EQ(stream_.chunks().front()->capacity, 1024U);
  EXPECT_EQ(stream_.chunks().back()->capacity, format::kChunkBytes);
}

TEST_F(StreamTest, a_slice_is_what_was_appended_since_the_last_one) {
  append(10);
  append(20);
  std::vector<Slice> slices;
  stream_.take_slices(&slices);
  ASSERT_EQ(slices.size(), 1U);
  EXPECT_EQ(slices[0].first, 1U);
  EXPECT_EQ(slices[0].last, 2U);

  append(30);
  slices.clear();
  stream_.take_slices(&slices);
  ASSERT_EQ(slices.size(), 1U);
  EXPECT_EQ(slices[0].first, 3U);
  EXPECT_EQ(slices[0].count, 1U);

  slices.clear();
  stream_.take_slices(&slices);
  EXPECT_TRUE(slices.empty());
}

TEST_F(StreamTest, records_that_died_before_their_group_still_reach_the_log) {
  for (int i = 0; i < 50; ++i) append(1000);
  stream_.mark_dead(1, 50);

  std::vector<Slice> slices;
  stream_.take_slices(&slices);

  uint64_t count = 0;
  for (const Slice& slice : slices) count += slice.count;
  EXPECT_EQ(count, 50U);
}

TEST_F(StreamTest, memory_returns_when_everything_is_dead) {
  for (int i = 0; i < 200; ++i) append(1000);
  append(1u << 20);
  save_all(stream_);

  EXPECT_EQ(stream_.mark_dead(1, 201), 201U);

  EXPECT_EQ(stream_.memory_bytes(), 0U);
  EXPECT_EQ(stream_.disk_bytes(), 0U);
  EXPECT_EQ(log_.live_extents, 0U);
  EXPECT_EQ(pool_->budget().used(), 0U);
}

TEST_F(StreamTest, chunks_acknowledged_out_of_order_go_at_once) {
  for (int i = 0; i < 200; ++i) append(1000);
  save_all(stream_);
  const uint64_t before = stream_.memory_bytes();

  stream_.mark_dead(2, 150);

  EXPECT_LT(stream_.memory_bytes(), before / 2);
  EXPECT_EQ(payload_at(stream_, 1), expected_payload(1000, 1));
  EXPECT_EQ(payload_at(stream_, 200), expected_payload(1000, 200));
}

TEST_F(StreamTest, marking_dead_counts_only_what_lived) {
  for (int i = 0; i < 10; ++i) append(1);

  EXPECT_EQ(stream_.mark_dead(3, 5), 3U);
  EXPECT_EQ(stream_.mark_dead(1, 4), 2U);
  EXPECT_EQ(stream_.floor(), 6U);
  EXPECT_EQ(stream_.mark_dead(1, 5), 0U);
  EXPECT_EQ(stream_.mark_dead(9, 1000), 2U);
  EXPECT_EQ(stream_.mark_dead(11, 12), 0U);
  EXPECT_EQ(stream_.live_count(), 3U);
}

TEST_F(StreamTest, a_live_extent_keeps_its_file_until_its_last_record_dies) {
  for (int i = 0; i < 5; ++i) append(1);
  save_all(stream_);
  ASSERT_EQ(log_.live_extents, 1U);

  stream_.mark_dead(2, 5);
  EXPECT_EQ(log_.live_extents, 1U);
  stream_.mark_dead(1, 1);
  EXPECT_EQ(log_.live_extents, 0U);
}

TEST_F(StreamTest, an_extent_of_dead_records_is_not_taken) {
  for (int i = 0; i < 5; ++i) append(1);
  stream_.mark_dead(1, 5);

  save_all(stream_);

  EXPECT_EQ(log_.live_extents, 0U);
  EXPECT_EQ(stream_.extents().size(), 0U);
}

TEST_F(StreamTest, nothing_unsynced_is_evicted) {
  for (int i = 0; i < 100; ++i) append(1000);

  EXPECT_EQ(stream_.evict(1, UINT64_MAX), 0U);
}

TEST_F(StreamTest, evicts_the_newest_first_and_keeps_tail_and_head) {
  for (int i = 0; i < 300; ++i) append(1000);
  save_all(stream_);

  EXPECT_GT(stream_.evict(1, 64u << 10), 0U);
  EXPECT_EQ(payload_at(stream_, 300), expected_payload(1000, 300));
  EXPECT_EQ(payload_at(stream_, 100), expected_payload(1000, 100));

  stream_.evict(1, UINT64_MAX);
  EXPECT_EQ(stream_.chunks().size(), 2U);
  EXPECT_EQ(payload_at(stream_, 1), expected_payload(1000, 1));
  EXPECT_EQ(payload_at(stream_, 300), expected_payload(1000, 300));
  EXPECT_EQ(payload_at(stream_, 100), "");
}

TEST_F(StreamTest, a_chunk_that_somebody_holds_is_not_evicted) {
  for (int i = 0; i < 300; ++i) append(1000);
  save_all(stream_);
  storage::Chunk* chunk = nullptr;
  ASSERT_NE(stream_.find_in_memory(150, &chunk), nullptr);
  const ChunkRef pin(chunk);

  stream_.evict(1, UINT64_MAX);

  EXPECT_EQ(payload_at(stream_, 150), expected_payload(1000, 150));
}

TEST_F(StreamTest, appends_go_on_after_the_whole_stream_was_evicted) {
  for (int i = 0; i < 100; ++i) append(1000);
  save_all(stream_);
  stream_.mark_dead(1, 100);
  stream_.evict(101, UINT64_MAX);

  EXPECT_EQ(append(10), 101U);
  EXPECT_EQ(payload_at(stream_, 101), expected_payload(10, 101));
}

TEST_F(StreamTest, a_loaded_chunk_takes_its_place_once) {
  for (int i = 0; i < 300; ++i) append(1000);
  save_all(stream_);
  stream_.evict(1, UINT64_MAX);
  const auto load = [&] {
    ChunkRef chunk = pool_->allocate(4000);
    for (uint64_t number = 100; number < 103; ++number) {
      const auto record = record_of(3, number, some_bytes(1000, number));
      std::copy(record.begin(), record.end(), chunk->data + chunk->used);
      chunk->used += static_cast<uint32_t>(record.size());
      ++chunk->count;
    }
    chunk->first = 100;
    chunk->last = 102;
    stream_.add_loaded(std::move(chunk));
  };

  load();
  const uint64_t bytes = stream_.memory_bytes();
  load();

  EXPECT_EQ(stream_.memory_bytes(), bytes);
  EXPECT_EQ(payload_at(stream_, 102), expected_payload(1000, 102));
  stream_.mark_dead(1, 102);
  load();
  EXPECT_EQ(payload_at(stream_, 102), "");
}

TEST_F(StreamTest, a_memory_stream_spills_what_is_not_head_or_tail) {
  Stream memory(4, 1, kStreamMemory, "m");
  for (int i = 0; i < 300; ++i) append_to(memory, 1000);
  std::vector<Slice> slices;
  memory.take_slices(&slices);
  EXPECT_TRUE(slices.empty());
  EXPECT_EQ(memory.evict(1, UINT64_MAX), 0U);

  std::vector<ChunkRef> chosen = memory.spill_candidates(1, UINT64_MAX);

  ASSERT_EQ(chosen.size(), memory.chunks().size() - 2);
  EXPECT_LT(chosen.front()->last, chosen.back()->first);
  const uint64_t first = chosen.front()->first;
  for (const ChunkRef& chunk : chosen) {
    Extent extent;
    extent.first = chunk->first;
    extent.last = chunk->last;
    extent.bytes = 10;
    extent.file = &segment_;
    memory.add_extent(extent);
    chunk->saved = true;
  }
  chosen.clear();
  EXPECT_GT(memory.evict(1, UINT64_MAX), 0U);
  EXPECT_EQ(payload_at(memory, first), "");
  EXPECT_EQ(payload_at(memory, 300), expected_payload(1000, 300));
}

TEST_F(StreamTest, restored_numbers_go_on_where_they_were) {
  stream_.restore(100, 10, {{10, 12}, {20, 30}});

  EXPECT_EQ(stream_.floor(), 13U);
  EXPECT_EQ(stream_.next_number(), 100U);
  EXPECT_EQ(stream_.live_count(), 100U - 13 - 11);
  EXPECT_EQ(stream_.first_live(20), 31U);
  EXPECT_TRUE(stream_.is_dead(12));
  EXPECT_EQ(append(1), 100U);
}

TEST_F(StreamTest, raised_numbers_never_go_back) {
  stream_.raise_next(50);
  stream_.raise_next(20);

  EXPECT_EQ(stream_.next_number(), 50U);
}

TEST_F(StreamTest, the_history_of_gaps_is_bounded) {
  for (uint64_t i = 1; i <= 1500; ++i) stream_.add_gap(10 * i, 10 * i + 3);
  stream_.add_gap(15'000, 15'003);
  stream_.add_gap(15'001, 15'002);

  EXPECT_EQ(stream_.gaps.size(), 1000U);
  EXPECT_EQ(stream_.gaps.back(), std::make_pair(uint64_t{15'000}, uint64_t{15'003}));
}

TEST_F(StreamTest, copied_extents_are_replaced_and_the_others_stay) {
  for (int i = 0; i < 4; ++i) {
    append(1);
    append(1);
    save_all(stream_);
  }
  ASSERT_EQ(log_.live_extents, 4U);
  stream_.mark_dead(4, 4);
  Extent extent;
  extent.first = 3;
  extent.last = 5;
  extent.bytes = 100;
  extent.file = &segment_;
  Extent second = extent;
  second.first = second.last = 6;

  stream_.replace_copied([](const Extent& one) { return one.first == 3 || one.first == 5; },
                         {extent, second});

  EXPECT_EQ(log_.live_extents, 2U);
  EXPECT_EQ(segment_.live_extents, 2U);
  ASSERT_EQ(stream_.extents().size(), 4U);
  EXPECT_EQ(stream_.extents()[1].live, 2U);
  EXPECT_EQ(stream_.extents()[3].first, 7U);
}

TEST_F(StreamTest, forgetting_all_lets_go_of_memory_and_files) {
  for (int i = 0; i < 100; ++i) append(1000);
  save_all(stream_);

  stream_.forget_all();

  EXPECT_EQ(log_.live_extents, 0U);
  EXPECT_EQ(pool_->budget().used(), 0U);
  EXPECT_EQ(stream_.memory_bytes(), 0U);
}

// --- against a naive model ---

// What a stream promises, kept in plain containers.
struct Model {
  std::vector<size_t> sizes{0};  // by number; number 0 is none
  std::vector<bool> dead{true};
  std::vector<bool> on_disk{true};

  uint64_t next() const { return sizes.size(); }
  uint64_t live_count() const {
    return static_cast<uint64_t>(std::count(dead.begin(), dead.end(), false));
  }
  uint64_t first_live(uint64_t from) const {
    while (from < next() && dead[from]) ++from;
    return std::min(from, next());
  }
};

class StreamModelTest : public StreamTest, public ::testing::WithParamInterface<uint64_t> {
 protected:
  void step(Prng& prng) {
    switch (prng.below(8)) {
      case 0:
      case 1:
      case 2:
        return append_some(prng);
      case 3:
        return kill_some(prng);
      case 4:
        save_all(stream_);
        std::fill(model_.on_disk.begin(), model_.on_disk.end(), true);
        return;
      case 5:
        stream_.evict(model_.first_live(1), prng.below(200'000));
        return;
      case 6:
        return load_some(prng);
      default:
        return copy_some(prng);
    }
  }

  void append_some(Prng& prng) {
    for (uint64_t n = prng.below(12); n > 0; --n) {
      const size_t size = prng.one_in(10) ? prng.below(40'000) : prng.below(600);
      ASSERT_EQ(append(size), model_.next());
      model_.sizes.push_back(size);
      model_.dead.push_back(false);
      model_.on_disk.push_back(false);
    }
  }
  void kill_some(Prng& prng) {
    const uint64_t near = prng.one_in(2) ? model_.first_live(1) : 1 + prng.below(model_.next());
    const uint64_t first = std::max<uint64_t>(near, 1);
    const uint64_t last = first + (prng.one_in(3) ? prng.below(30) : 0);
    uint64_t newly = 0;
    for (uint64_t number = first; number <= last && number < model_.next(); ++number) {
      newly += model_.dead[number] ? 0U : 1U;
      model_.dead[number] = true;
    }
    ASSERT_EQ(stream_.mark_dead(first, last), newly);
  }
  // Reads an extent's records back, as the pager does: dead ones too, but none that is in memory.
  void load_some(Prng& prng) {
    if (stream_.extents().empty()) return;
    const Extent& extent = stream_.extents()[prng.below(stream_.extents().size())];
    if (extent.file == nullptr) return;
    uint64_t from = extent.first;
    while (from <= extent.last &&
           (model_.dead[from] || stream_.find_in_memory(from, nullptr) != nullptr))
      ++from;
    uint64_t limit = extent.last + 1;
    for (size_t i = 0; i < stream_.chunks().size(); ++i) {
      if (stream_.chunks()[i]->first <= from) continue;
      limit = std::min(limit, stream_.chunks()[i]->first);
      break;
    }
    if (from >= limit) return;
    uint64_t bytes = 0;
    for (uint64_t number = from; number < limit; ++number)
      bytes += format::record_bytes(model_.sizes[number]);
    ChunkRef chunk = pool_->allocate(bytes);
    for (uint64_t number = from; number < limit; ++number) {
      const auto record = record_of(3, number, some_bytes(model_.sizes[number], number));
      std::copy(record.begin(), record.end(), chunk->data + chunk->used);
      chunk->used += static_cast<uint32_t>(record.size());
      ++chunk->count;
    }
    chunk->first = from;
    chunk->last = limit - 1;
    stream_.add_loaded(std::move(chunk));
  }
  // A checkpoint: the live records of the log move to a segment, in frames of a few records.
  void copy_some(Prng& prng) {
    const uint64_t cut = prng.below(next_offset_ + 1);
    const auto copied = [&](const Extent& extent) {
      return extent.file == &log_ && extent.offset < cut;
    };
    std::vector<Extent> others;
    for (size_t i = 0; i < stream_.extents().size(); ++i) {
      const Extent& old = stream_.extents()[i];
      if (old.file == nullptr || !copied(old)) continue;
      for (uint64_t number = old.first; number <= old.last; ++number) {
        if (model_.dead[number]) continue;
        Extent extent;
        extent.first = number;
        while (number < old.last && !prng.one_in(5)) ++number;
        extent.last = number;
        extent.bytes = 64;
        extent.file = &segment_;
        others.push_back(extent);
      }
    }
    stream_.replace_copied(copied, std::move(others));
  }

  void compare(uint64_t seed, uint64_t step) {
    SCOPED_TRACE("seed " + to_text(seed) + " step " + to_text(step));
    ASSERT_EQ(stream_.live_count(), model_.live_count());
    ASSERT_EQ(stream_.floor(), model_.first_live(1));
    uint64_t live_extents = 0;
    uint64_t disk_bytes = 0;
    uint64_t previous = 0;
    std::vector<bool> covered(model_.next());
    for (size_t i = 0; i < stream_.extents().size(); ++i) {
      const Extent& extent = stream_.extents()[i];
      ASSERT_LT(previous, extent.first);
      previous = extent.last;
      uint64_t live = 0;
      for (uint64_t number = extent.first; number <= extent.last; ++number) {
        live += model_.dead[number] ? 0U : 1U;
        covered[number] = extent.file != nullptr;
      }
      ASSERT_EQ(extent.file == nullptr, live == 0);
      ASSERT_EQ(extent.file == nullptr ? 0 : extent.live, live);
      if (live == 0) continue;
      ++live_extents;
      disk_bytes += extent.bytes;
    }
    ASSERT_EQ(log_.live_extents + segment_.live_extents, live_extents);
    ASSERT_EQ(stream_.disk_bytes(), disk_bytes);
    compare_memory(covered, step);
  }
  void compare_memory(const std::vector<bool>& covered, uint64_t step) {
    uint64_t memory_bytes = 0;
    uint64_t previous = 0;
    for (size_t i = 0; i < stream_.chunks().size(); ++i) {
      const ChunkRef& chunk = stream_.chunks()[i];
      memory_bytes += chunk->capacity;
      if (chunk->count == 0) continue;
      ASSERT_LT(previous, chunk->first);
      previous = chunk->last;
    }
    ASSERT_EQ(stream_.memory_bytes(), memory_bytes);
    ASSERT_EQ(pool_->budget().used(), memory_bytes);
    for (uint64_t number = 1; number < model_.next(); ++number) {
      ASSERT_EQ(stream_.is_dead(number), model_.dead[number]) << number;
      if (model_.dead[number]) continue;
      ASSERT_EQ(stream_.first_live(number), number);
      const bool in_memory = stream_.find_in_memory(number, nullptr) != nullptr;
      ASSERT_TRUE(in_memory || covered[number]) << number << " is nowhere";
      ASSERT_TRUE(in_memory || model_.on_disk[number]) << number << " was evicted unsynced";
      if (in_memory && (number + step) % 8 == 0) {  // each in its turn: comparing all is slow
        ASSERT_EQ(payload_at(stream_, number), expected_payload(model_.sizes[number], number));
      }
    }
  }

  Model model_;
};

TEST_P(StreamModelTest, behaves_like_a_naive_model) {
  Prng prng(GetParam());
  for (uint64_t i = 0; i < 80; ++i) {
    step(prng);
    compare(GetParam(), i);
    if (HasFatalFailure()) return;
  }

  stream_.mark_dead(1, UINT64_MAX);
  save_all(stream_);
  stream_.evict(stream_.next_number(), UINT64_MAX);

  EXPECT_EQ(log_.live_extents + segment_.live_extents, 0U);
  EXPECT_EQ(pool_->budget().used(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, StreamModelTest, ::testing::Range<uint64_t>(0, 30));

}  // namespace
}  // namespace weir::storage
