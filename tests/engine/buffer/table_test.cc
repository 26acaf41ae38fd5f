#include "engine/buffer/table.h"

#include "tests/engine/buffer/fixture.h"

namespace weir::buffer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class TableTest : public BufferTest {
 protected:
  TableTest() { open(); }
  void reopen() {
    close();
    open();
  }
};

TEST_F(TableTest, what_was_set_is_found_until_its_deadline_and_not_a_nanosecond_longer) {
  EXPECT_EQ(get("a"), "-");
  EXPECT_EQ(set("a", "1"), Code::kOk);

  pass_ns(1000 * kMs - 1);
  EXPECT_EQ(peek("a"), "1");
  EXPECT_EQ(remaining_ns("a"), 1);
  pass_ns(1);
  EXPECT_EQ(peek("a"), "-");
  EXPECT_EQ(remaining_ns("a"), -1);
  EXPECT_EQ(stats().counted.expired_count, 1U);
}

TEST_F(TableTest, a_get_renews_and_a_peek_does_not) {
  set("a", "1");
  set("b", "2");
  for (int i = 0; i < 5; ++i) {
    pass_ms(900);
    EXPECT_EQ(get("a"), "1");
    EXPECT_EQ(peek("b"), i == 0 ? "2" : "-");
  }
}

TEST_F(TableTest, expiry_of_an_item_is_its_own_and_renews_by_it) {
  set("short", "1", 10);
  set("long", "2", 100'000);

  pass_ms(9);
  EXPECT_EQ(get("short"), "1");
  EXPECT_EQ(remaining_ns("short"), 10 * kMs);
  pass_ms(10);
  EXPECT_EQ(get("short"), "-");
  pass_ms(99'980);
  EXPECT_EQ(get("long"), "2");
}

TEST_F(TableTest, touch_renews_and_may_shorten) {
  set("a", "1");
  pass_ms(500);
  EXPECT_EQ(touch("a"), Code::kOk);
  EXPECT_EQ(remaining_ns("a"), 1000 * kMs);
  EXPECT_EQ(touch("a", 20), Code::kOk);
  EXPECT_EQ(remaining_ns("a"), 20 * kMs);
  EXPECT_EQ(touch("none"), Code::kNotFound);

  run_ms(40);  // its place in the wheel moved with it
  EXPECT_EQ(stats().item_count, 0U);
}

TEST_F(TableTest, a_replacement_keeps_the_count_and_takes_the_new_deadline) {
  set("a", "1", 50'000);
  set("a", "22", 10);
  EXPECT_EQ(count(), 1U);
  EXPECT_EQ(peek("a"), "22");
  run_ms(30);
  EXPECT_EQ(stats().item_count, 0U);
  EXPECT_EQ(stats().bytes, 0U);
}

TEST_F(TableTest, a_replacement_of_another_size_is_another_item) {
  for (const size_t size : std::vector<size_t>{0, 1, 24, 63, 64, 65, 4096, 4097, 100'000, 10, 0}) {
    const std::string value(size, static_cast<char>('a' + size % 26));
    EXPECT_EQ(set("a", value), Code::kOk);
    EXPECT_EQ(get("a"), value);
    EXPECT_EQ(stats().bytes, Item::bytes_of(1, size));
  }
}

TEST_F(TableTest, set_if_absent_leaves_what_is_alive_and_replaces_what_is_not) {
  EXPECT_EQ(set_if_absent("a", "1"), Code::kOk);
  pass_ms(600);
  EXPECT_EQ(set_if_absent("a", "2"), Code::kDuplicate);
  EXPECT_EQ(remaining_ns("a"), 400 * kMs);
  pass_ms(400);
  EXPECT_EQ(set_if_absent("a", "3"), Code::kOk);
  EXPECT_EQ(get("a"), "3");
}

TEST_F(TableTest, take_gives_it_once) {
  set("a", "1");
  EXPECT_EQ(take("a"), "1");
  EXPECT_EQ(take("a"), "-");
  EXPECT_EQ(remove("a"), Code::kNotFound);
  EXPECT_EQ(count(), 0U);
}

TEST_F(TableTest, an_expired_item_is_not_revived_by_anybody) {
  set("a", "1");
  pass_ms(1000);
  EXPECT_EQ(touch("a"), Code::kNotFound);
  set("a", "1");
  pass_ms(1000);
  EXPECT_EQ(take("a"), "-");
  set("a", "1");
  pass_ms(1000);
  EXPECT_EQ(remove("a"), Code::kNotFound);
}

TEST_F(TableTest, a_value_stays_as_it_was_whatever_becomes_of_its_item) {
  std::string input = "first";
  set("a", input);
  input = "other";  // the caller's memory is the caller's
  Item* held = nullptr;
  ASSERT_TRUE(table().get(owner(), as_bytes(std::string_view("a")), true, &held).ok());

  set("a", "second");
  set("a", "third!");
  remove("a");
  EXPECT_EQ(as_text(held->value()), "first");
  close();
  EXPECT_EQ(as_text(held->value()), "first");
  Item::give_back(held);
}

TEST_F(TableTest, keys_of_all_lengths_and_bytes) {
  std::vector<std::string> keys;
  for (size_t size = 1; size <= kKeyBytesMax; size = size < 70 ? size + 1 : size * 2)
    keys.emplace_back(size, '\0');
  keys.emplace_back(kKeyBytesMax, 'x');
  for (const std::string& key : keys) set(key, "v" + std::to_string(key.size()) + key.back());
  EXPECT_EQ(count(), keys.size());
  for (const std::string& key : keys)
    EXPECT_EQ(get(key), "v" + std::to_string(key.size()) + key.back());
}

TEST_F(TableTest, a_copy_that_does_not_fit_takes_and_renews_nothing) {
  set("a", "12345");
  pass_ms(500);
  uint8_t into[5] = {};
  size_t bytes = 0;
  const ByteView key = as_bytes(std::string_view("a"));
  EXPECT_EQ(table().copy(owner(), key, true, {into, 4}, &bytes).code(), Code::kBufferTooSmall);
  EXPECT_EQ(bytes, 5U);
  EXPECT_EQ(remaining_ns("a"), 500 * kMs);
  EXPECT_TRUE(table().copy(owner(), key, true, {into, 5}, &bytes).ok());
  EXPECT_EQ(as_text(into), "12345");
  EXPECT_EQ(remaining_ns("a"), 1000 * kMs);

  const std::string large(10'000, 'z');
  set("a", large);
  std::vector<uint8_t> room(large.size());
  EXPECT_TRUE(table().copy(owner(), key, true, room, &bytes).ok());
  EXPECT_EQ(as_text(room), large);
  EXPECT_EQ(set("a", std::string(10'000, 'y')), Code::kOk);  // nobody holds it any more
}

TEST_F(TableTest, count_is_exact_at_any_time_without_a_sweep) {
  for (uint64_t i = 0; i < 1000; ++i) {
    set(key_of(i), "v", 100);
    pass_ns(kMs / 10);
  }
  // One expires every tenth of a millisecond; the tick is 10 ms.
  for (uint64_t left = 999; left > 0; --left) {
    ASSERT_EQ(count(), left);
    ASSERT_EQ(count(), left);  // again, within the same tick
    pass_ns(kMs / 10);
  }
  EXPECT_EQ(count(), 0U);
  EXPECT_EQ(stats().counted.expired_count, 1000U);
}

TEST_F(TableTest, count_sees_what_was_renewed_and_what_comes_back_into_the_same_tick) {
  for (uint64_t i = 0; i < 500; ++i) set(key_of(i), "v", 100);
  pass_ms(95);
  for (uint64_t i = 0; i < 500; i += 2) get(key_of(i));
  EXPECT_EQ(count(), 500U);
  pass_ms(5);
  EXPECT_EQ(count(), 250U);
  for (uint64_t i = 1; i < 100; i += 2) set(key_of(i), "v", 1);
  EXPECT_EQ(count(), 300U);
  pass_ms(1);
  EXPECT_EQ(count(), 250U);
}

TEST_F(TableTest, the_sweeper_removes_within_a_tick_and_says_how_much_at_once) {
  for (uint64_t i = 0; i < 10'000; ++i) set(key_of(i), "value", 100);
  run_ms(99);
  EXPECT_EQ(stats().item_count, 10'000U);
  run_ms(12);
  EXPECT_EQ(stats().item_count, 0U);
  EXPECT_EQ(stats().bytes, 0U);
  EXPECT_EQ(stats().counted.expired_count, 10'000U);
  EXPECT_LE(stats().counted.call_expiry_max, Shard::kLooksPerStep);
  EXPECT_GT(stats().counted.call_expiry_max, 0U);
}

TEST_F(TableTest, calls_take_a_few_with_them_where_nobody_sweeps) {
  for (uint64_t i = 0; i < 10'000; ++i) set(key_of(i), "value", 100);
  pass_ms(200);
  for (uint64_t i = 0; i < 10'000; ++i) set(key_of(i % 500 + 100'000), "value");
  const Statistics after = stats();
  EXPECT_LT(after.item_count, 1'000U);
  EXPECT_GE(after.item_count, 500U);
  // What a call looks at on its way, and nothing like all.
  EXPECT_LE(after.counted.call_expiry_max, Shard::kLooksPerCall);
}

TEST_F(TableTest, a_renewal_before_the_sweep_wins) {
  set("a", "1", 100);
  run_ms(95);
  EXPECT_EQ(get("a"), "1");
  run_ms(95);  // its first slot has come and gone
  EXPECT_EQ(get("a"), "1");
  run_ms(110);
  EXPECT_EQ(stats().item_count, 0U);
}

TEST_F(TableTest, setting_the_date_changes_nothing) {
  set("a", "1");
  world_->clock().jump_wall_ns(int64_t{86'400} * 365 * 1'000'000'000);
  run_ms(500);
  EXPECT_EQ(peek("a"), "1");
  world_->clock().jump_wall_ns(int64_t{-86'400} * 730 * 1'000'000'000);
  run_ms(499);
  EXPECT_EQ(peek("a"), "1");
  pass_ms(1);
  EXPECT_EQ(peek("a"), "-");
}

TEST_F(TableTest, deadlines_of_all_lengths_come_in_time) {
  // From one tick to ten years: every level of the wheel, and beyond it.
  const std::vector<int64_t> durations = {1,           9,           10,          630,
                                          640,         41'000,      2'621'430,   2'621'450,
                                          160'000'000, 170'000'000, 900'000'000, kExpiryMsMax};
  for (const int64_t ms : durations) set(std::to_string(ms), "v", ms);
  int64_t now = 0;
  for (size_t i = 0; i < durations.size(); ++i) {
    run_ms(durations[i] - now - 1);
    EXPECT_EQ(stats().item_count, durations.size() - i) << durations[i];
    EXPECT_EQ(peek(std::to_string(durations[i])), "v") << durations[i];
    run_ms(1);
    EXPECT_EQ(peek(std::to_string(durations[i])), "-") << durations[i];
    now = durations[i];
  }
}

TEST_F(TableTest, clear_removes_what_is_there) {
  for (uint64_t i = 0; i < 5'000; ++i) set(key_of(i), "v");
  uint64_t cleared = 0;
  EXPECT_TRUE(table().clear(owner(), &cleared).ok());
  EXPECT_EQ(cleared, 5'000U);
  EXPECT_EQ(count(), 0U);
  EXPECT_EQ(stats().bytes, 0U);
  EXPECT_EQ(stats().counted.removed_count, 5'000U);
  EXPECT_EQ(set("a", "1"), Code::kOk);
}

TEST_F(TableTest, a_stale_owner_is_told_so) {
  const Ref stale = buffer_->ref();
  close();
  Item* item = nullptr;
  const ByteView key = as_bytes(std::string_view("a"));
  open();  // the table is used again
  set("a", "1");
  ASSERT_EQ(buffer_->ref().table, stale.table);
  EXPECT_EQ(stale.table->get(stale.owner, key, true, &item).code(), Code::kClosed);
  EXPECT_EQ(stale.table->take(stale.owner, key, &item).code(), Code::kClosed);
  EXPECT_EQ(stale.table->set(stale.owner, key, key, {}, false, false).code(), Code::kClosed);
  EXPECT_EQ(stale.table->remove(stale.owner, key).code(), Code::kClosed);
  EXPECT_EQ(stale.table->touch(stale.owner, key, {}).code(), Code::kClosed);
  uint64_t number = 0;
  EXPECT_EQ(stale.table->count(stale.owner, &number).code(), Code::kClosed);
  EXPECT_EQ(stale.table->clear(stale.owner, &number).code(), Code::kClosed);
  Statistics statistics;
  EXPECT_EQ(stale.table->stats(stale.owner, &statistics).code(), Code::kClosed);
  stale.table->stop(stale.owner);
  EXPECT_EQ(get("a"), "1");
}

// --- bounds ---

TEST_F(TableTest, items_max_refuses_one_more_and_lets_replacements_in) {
  options_.items_max = 3;
  reopen();
  for (const char* key : {"a", "b", "c"}) EXPECT_EQ(set(key, "1"), Code::kOk);
  EXPECT_EQ(set("d", "1"), Code::kLimit);
  EXPECT_EQ(set("a", "a longer one than before"), Code::kOk);
  remove("b");
  EXPECT_EQ(set("d", "1"), Code::kOk);
  EXPECT_EQ(set("e", "1"), Code::kLimit);
  EXPECT_EQ(stats().counted.refused_count, 2U);
  pass_ms(1000);
  run_ms(20);
  for (const char* key : {"x", "y", "z"}) EXPECT_EQ(set(key, "1"), Code::kOk);
}

TEST_F(TableTest, bytes_max_is_exact) {
  options_.bytes_max = 10 * Item::bytes_of(1, 100);
  reopen();
  for (char key = 'a'; key < 'k'; ++key)
    EXPECT_EQ(set(std::string_view(&key, 1), std::string(100, 'v')), Code::kOk);
  EXPECT_EQ(stats().bytes, options_.bytes_max);
  EXPECT_EQ(set("z", ""), Code::kLimit);
  EXPECT_EQ(set("a", std::string(200, 'v')), Code::kLimit);
  EXPECT_EQ(get("a"), std::string(100, 'v'));
  EXPECT_EQ(set("a", ""), Code::kOk);
  EXPECT_EQ(set("a", std::string(5000, 'v')), Code::kTooLarge);
  EXPECT_EQ(get("a"), "");
}

TEST_F(TableTest, what_has_expired_makes_room_before_anything_is_refused) {
  options_.items_max = 1;
  reopen();
  set("a", "1");
  pass_ms(1010);
  run_ms(10);
  EXPECT_EQ(set("b", "1"), Code::kOk);
}

TEST_F(TableTest, eviction_keeps_what_is_read) {
  options_.policy = Policy::kEvict;
  options_.items_max = 1000;
  reopen();
  for (uint64_t i = 0; i < 200; ++i) set(key_of(i), "hot");
  for (uint64_t i = 0; i < 10'000; ++i) {
    ASSERT_EQ(set(key_of(1'000 + i), "scanned once"), Code::kOk);
    if (i % 10 == 0) {
      for (uint64_t hot = 0; hot < 200; ++hot) get(key_of(hot));
    }
    ASSERT_LE(stats().item_count, 1000U);
  }
  uint64_t kept = 0;
  for (uint64_t hot = 0; hot < 200; ++hot) kept += peek(key_of(hot)) == "hot" ? 1U : 0U;
  EXPECT_GT(kept, 190U);
  EXPECT_EQ(stats().item_count, 1000U);
  EXPECT_EQ(stats().counted.evicted_count, 9'200U);
}

TEST_F(TableTest, eviction_finds_room_in_other_shards) {
  options_.policy = Policy::kEvict;
  options_.items_max = 1;
  reopen();
  for (uint64_t i = 0; i < 1000; ++i) {
    ASSERT_EQ(set(key_of(i), "v"), Code::kOk);
    ASSERT_EQ(count(), 1U);
  }
}

TEST_F(TableTest, eviction_for_a_large_item) {
  options_.policy = Policy::kEvict;
  options_.bytes_max = 1 << 20;
  reopen();
  for (uint64_t i = 0; i < 10'000; ++i) ASSERT_EQ(set(key_of(i), std::string(100, 'v')), Code::kOk);
  ASSERT_EQ(set("large", std::string(900'000, 'v')), Code::kOk);
  EXPECT_LE(stats().bytes, options_.bytes_max);
  EXPECT_EQ(get("large").size(), 900'000U);
}

TEST_F(TableTest, the_store_budget_bounds_it_and_is_given_back) {
  store_options_.memory_bytes_max = 1 << 20;
  reopen();
  uint64_t stored = 0;
  while (set(key_of(stored), std::string(1000, 'v')) == Code::kOk) ++stored;
  EXPECT_GT(stored, 400U);
  EXPECT_LT(stored, 1000U);
  storage::MemoryBudget& budget = store_->core().pool->budget();
  EXPECT_LE(budget.used(), budget.bytes_max());
  EXPECT_GE(budget.used(), stored * 1000);
  uint64_t cleared = 0;
  EXPECT_TRUE(table().clear(owner(), &cleared).ok());
  EXPECT_EQ(budget.used(), 0U);
  EXPECT_EQ(set("a", "1"), Code::kOk);
  EXPECT_TRUE(buffer_->close().ok());
  EXPECT_EQ(budget.used(), 0U);
}

// --- events ---

TEST_F(TableTest, events_name_what_expired_and_nothing_else) {
  options_.events_max = 10;
  reopen();
  EXPECT_THAT(events(), IsEmpty());
  for (const char* key : {"a", "b", "c", "d"}) set(key, "1");
  remove("a");
  take("b");
  run_ms(1020);
  EXPECT_THAT(events(), UnorderedElementsAre("c", "d"));
  EXPECT_THAT(events(), IsEmpty());
}

TEST_F(TableTest, one_found_expired_by_a_read_is_an_event_at_once) {
  options_.events_max = 10;
  reopen();
  set("a", "1");
  pass_ms(1000);
  EXPECT_EQ(get("a"), "-");
  EXPECT_THAT(events(), ElementsAre("a"));
}

TEST_F(TableTest, events_are_bounded_and_what_is_lost_is_counted) {
  options_.events_max = 10;
  reopen();
  for (uint64_t i = 0; i < 25; ++i) set(key_of(i), "1");
  run_ms(1020);
  EXPECT_EQ(stats().event_count, 10U);
  EXPECT_EQ(stats().event_lost_count, 15U);
  EXPECT_EQ(events(4).size(), 4U);
  EXPECT_EQ(events().size(), 6U);
}

}  // namespace
}  // namespace weir::buffer
