#include "engine/cache/state.h"

#include <gtest/gtest.h>

#include "store/draft.h"
#include "tests/engine/cache/fixture.h"

namespace weir::cache {
namespace {

class CollectionStateTest : public CollectionTest {
 protected:
  CollectionState& state() { return *collection_->state(); }

  // Commits without waiting for the sync; returns the group.
  uint64_t put_locked(std::string_view key, std::string_view payload, bool sync) {
    std::vector<uint8_t> properties;
    format::DocumentProperties fields;
    fields.key = key;
    format::encode_document_properties(fields, &properties);
    storage::RecordDraft draft;
    EXPECT_TRUE(store::fill_draft(*store_, properties, as_bytes(payload), &draft).ok());
    const Hash128 hash = state().hash(key);
    state().reserve(hash, 1);
    EXPECT_TRUE(collection_->stream()->reserve(*store_->core().pool, &draft, 1));
    const uint64_t number = store_->pipeline().append(collection_->stream(), draft);
    state().set_newest(collection_->stream(), hash, number, env::kNever);
    return store_->pipeline().end_commit(sync);
  }
  uint64_t remove_locked(std::string_view key, bool sync) {
    const Hash128 hash = state().hash(key);
    state().reserve(hash, 1);
    state().remove_newest(collection_->stream(), hash);
    return store_->pipeline().end_commit(sync);
  }
  bool sees_locked(std::string_view key) { return state().find_visible(state().hash(key)) != 0; }
  uint64_t newest_locked(std::string_view key) { return state().find_newest(state().hash(key)); }
};

// Invariant 11: SYNC effects appear after their sync; until then the former version is what there is.
TEST_F(CollectionStateTest, readers_see_a_sync_change_after_its_sync_and_writers_at_once) {
  const uint64_t old_version = put("a", "old");
  put("b", "old");
  {
    MutexLock lock(store_->mutex());
    ASSERT_TRUE(store_->admit_locked({}).ok());
    put_locked("a", "new", true);
    put_locked("new", "x", true);
    const uint64_t group = remove_locked("b", true);

    EXPECT_EQ(state().find_visible(state().hash("a")), old_version);
    EXPECT_GT(newest_locked("a"), old_version);
    EXPECT_FALSE(sees_locked("new"));
    EXPECT_TRUE(sees_locked("b"));
    EXPECT_EQ(newest_locked("b"), 0U);
    EXPECT_EQ(state().count_locked(), 2U);

    ASSERT_TRUE(store_->pipeline().wait(group).ok());
    EXPECT_GT(state().find_visible(state().hash("a")), old_version);
    EXPECT_TRUE(sees_locked("new"));
    EXPECT_FALSE(sees_locked("b"));
    EXPECT_EQ(state().count_locked(), 2U);
  }
  EXPECT_EQ(get("a"), "new");
  EXPECT_EQ(get("b"), "-");
}

TEST_F(CollectionStateTest, async_changes_behind_a_sync_one_wait_with_it) {
  put("a", "old");
  put("b", "old");
  MutexLock lock(store_->mutex());
  const uint64_t group = remove_locked("a", true);

  remove_locked("b", false);
  put_locked("c", "x", false);

  EXPECT_TRUE(sees_locked("a"));
  EXPECT_TRUE(sees_locked("b"));
  EXPECT_FALSE(sees_locked("c"));
  ASSERT_TRUE(store_->pipeline().wait(group).ok());
  EXPECT_FALSE(sees_locked("a"));
  EXPECT_FALSE(sees_locked("b"));
  EXPECT_TRUE(sees_locked("c"));
}

TEST_F(CollectionStateTest, many_changes_of_one_key_before_a_sync_leave_the_last) {
  put("a", "old");
  MutexLock lock(store_->mutex());
  remove_locked("a", true);
  put_locked("a", "1", true);
  put_locked("a", "2", false);
  remove_locked("a", true);
  const uint64_t group = put_locked("a", "3", true);

  EXPECT_TRUE(sees_locked("a"));
  EXPECT_EQ(state().count_locked(), 1U);
  ASSERT_TRUE(store_->pipeline().wait(group).ok());
  EXPECT_EQ(state().find_visible(state().hash("a")), newest_locked("a"));
  EXPECT_EQ(state().count_locked(), 1U);
  EXPECT_EQ(collection_->stream()->live_count(), 1U);
}

TEST_F(CollectionStateTest, a_snapshot_taken_before_the_sync_has_what_readers_saw) {
  put("a", "old");
  put("b", "old");
  {
    MutexLock lock(store_->mutex());
    put_locked("a", "new", true);
    remove_locked("b", true);
  }
  const std::unique_ptr<Cursor> cursor = open_cursor();
  EXPECT_TRUE(store_->sync().ok());

  EXPECT_EQ(read_on(*cursor), (Contents{{"a", "old"}, {"b", "old"}}));
  EXPECT_EQ(scan(), (Contents{{"a", "new"}}));
}

TEST_F(CollectionStateTest, belongs_to_its_stream) {
  MutexLock lock(store_->mutex());

  EXPECT_EQ(CollectionState::of(*store_, collection_->stream()), &state());
}

}  // namespace
}  // namespace weir::cache
