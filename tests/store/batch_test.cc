#include "store/batch.h"

#include "tests/store/fixture.h"

namespace weir::store {
namespace {

// The smallest engine there can be: it appends, and takes away.
class Target : public BatchTarget {
 public:
  Target(std::shared_ptr<Store> store, StreamPtr stream)
      : store_(std::move(store)), stream_(std::move(stream)) {}
  const std::shared_ptr<Store>& batch_store() const override { return store_; }
  const StreamPtr& batch_stream() const override { return stream_; }
  Status check_item_locked(const BatchItem& item) override {
    if (item.removes && stream_->is_dead(item.id)) return Code::kNotFound;
    return {};
  }
  void begin_settle_locked() override { settled_ = 0; }
  void settle_item_locked(BatchItem& item) override { item.left_out = ++settled_ == leave_out_; }
  void sequence_item_locked(CommitPipeline& pipeline, BatchItem& item) override {
    if (item.removes) {
      pipeline.mark_dead(stream_, item.id, item.id);
    } else {
      item.id = pipeline.append(stream_, item.draft);
    }
  }
  void item_sequenced_locked(BatchItem&, uint64_t group) override { group_ = group; }

  Status append(Batch& batch, std::string_view payload) {
    return batch.add_record(*this, {}, as_bytes(payload)).status();
  }
  Status remove(Batch& batch, uint64_t id) {
    WEIR_ASSIGN(BatchItem* const item, batch.add(*this));
    item->removes = true;
    item->id = id;
    return {};
  }

  int leave_out_ = 0;  // the item that is not needed, from 1
  uint64_t group_ = 0;

 private:
  std::shared_ptr<Store> store_;
  StreamPtr stream_;
  int settled_ = 0;
};

class BatchTest : public StoreTest {
 protected:
  Status commit(Batch& batch) { return batch.commit(Durability::kSync, 0, &level_); }

  Target first_{store_, stream_};
  Target second_{store_, stream_of("t")};
  Level level_ = Level::kMemory;
};

TEST_F(BatchTest, changes_of_several_targets_are_one_commit) {
  Batch batch(store_);
  ASSERT_TRUE(first_.append(batch, "a").ok());
  ASSERT_TRUE(second_.append(batch, std::string(30'000, 'b')).ok());
  ASSERT_TRUE(first_.append(batch, "c").ok());

  EXPECT_TRUE(commit(batch).ok());

  EXPECT_EQ(level_, Level::kSync);
  EXPECT_NE(first_.group_, 0U);
  EXPECT_EQ(first_.group_, second_.group_);
  EXPECT_EQ(batch.id_at(0), 1U);
  EXPECT_EQ(batch.id_at(1), 1U);
  EXPECT_EQ(batch.id_at(2), 2U);
  EXPECT_EQ(batch.id_at(3), 0U);
}

TEST_F(BatchTest, what_is_left_out_takes_no_number) {
  Batch batch(store_);
  for (const char* payload : {"a", "b", "c"}) ASSERT_TRUE(first_.append(batch, payload).ok());
  first_.leave_out_ = 2;

  EXPECT_TRUE(commit(batch).ok());

  EXPECT_EQ(batch.id_at(1), 0U);
  EXPECT_EQ(batch.id_at(2), 2U);
}

TEST_F(BatchTest, one_refusal_leaves_everything_as_it_was) {
  Batch batch(store_);
  ASSERT_TRUE(first_.append(batch, "a").ok());
  ASSERT_TRUE(second_.remove(batch, 5).ok());
  {
    MutexLock lock(store_->mutex());
    second_.batch_stream()->raise_next(9);
    store_->pipeline().mark_dead(second_.batch_stream(), 5, 5);
    store_->pipeline().end_commit(false);
  }

  EXPECT_EQ(commit(batch).code(), Code::kNotFound);

  MutexLock lock(store_->mutex());
  EXPECT_EQ(first_.batch_stream()->next_number(), 1U);
}

TEST_F(BatchTest, a_target_of_another_store_is_refused_by_name) {
  const std::shared_ptr<Store> other = Store::open(world_->env(), "mem:", Options()).take();
  Batch batch(other);

  const Status status = first_.append(batch, "a");

  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("\"s\""));
  EXPECT_EQ(batch.count(), 0U);
}

TEST_F(BatchTest, a_record_that_is_too_large_leaves_the_batch_as_it_was) {
  Batch batch(store_);
  ASSERT_TRUE(first_.append(batch, "a").ok());

  EXPECT_EQ(first_.append(batch, std::string(options_.record_bytes_max + 1, 'x')).code(),
            Code::kTooLarge);

  EXPECT_EQ(batch.count(), 1U);
  EXPECT_TRUE(commit(batch).ok());
}

TEST_F(BatchTest, a_committed_batch_must_be_cleared_before_it_is_filled_again) {
  Batch batch(store_);
  ASSERT_TRUE(first_.append(batch, "a").ok());
  ASSERT_TRUE(commit(batch).ok());

  EXPECT_EQ(first_.append(batch, "b").code(), Code::kInvalidArgument);
  EXPECT_EQ(commit(batch).code(), Code::kInvalidArgument);
  batch.clear();
  EXPECT_TRUE(first_.append(batch, "b").ok());
  EXPECT_TRUE(commit(batch).ok());
  EXPECT_EQ(batch.id_at(0), 2U);
}

}  // namespace
}  // namespace weir::store
