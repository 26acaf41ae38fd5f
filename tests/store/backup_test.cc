#include "store/backup.h"

#include "tests/store/fixture.h"

namespace weir::store {
namespace {

constexpr const char* kCopy = "/sim/copy";

class BackupTest : public StoreTest {
 protected:
  uint64_t backup() {
    Result<uint64_t> copied = store_->backup(kCopy);
    EXPECT_TRUE(copied.ok()) << copied.status().to_string();
    return copied.ok() ? copied.value() : 0;
  }
  void open_copy() {
    close();
    open(kCopy);
  }
};

TEST_F(BackupTest, a_copy_is_a_store_with_the_same_records) {
  push_many(2000, 1000);
  kill(1, 5);
  push("in the log only");

  EXPECT_GT(backup(), 1'900'000U);
  push("too late");
  open_copy();

  const std::vector<std::string> all = content();
  ASSERT_EQ(all.size(), 1996U);
  EXPECT_EQ(all.back(), "in the log only");
  EXPECT_EQ(all.front(), std::string(1000, 'f'));
}

TEST_F(BackupTest, a_copy_survives_a_power_cut_right_after_it) {
  push_many(100, 1000);
  backup();
  cut_power();
  open(kCopy);

  EXPECT_EQ(content().size(), 100U);
}

TEST_F(BackupTest, the_store_goes_on_and_its_files_are_released_afterwards) {
  push_many(2000, 1000);
  backup();
  kill(1, 2000);
  push("b");
  ASSERT_TRUE(store_->checkpoint().ok());

  EXPECT_LE(names("seg-").size(), 2U + 1U);  // one here, and those of the copy
  EXPECT_THAT(content(), ElementsAre("b"));
}

TEST_F(BackupTest, a_directory_with_something_in_it_is_refused_by_name) {
  push("a");
  backup();

  const Status status = store_->backup(kCopy).status();

  EXPECT_EQ(status.code(), Code::kExists);
  EXPECT_THAT(std::string(status.message()), HasSubstr(kCopy));
}

TEST_F(BackupTest, a_store_in_memory_and_one_that_is_read_only_have_none) {
  close();
  options_.read_only = true;
  ASSERT_TRUE(try_open().ok());
  EXPECT_EQ(store_->backup(kCopy).status().code(), Code::kReadOnly);
  options_.read_only = false;
  close();
  ASSERT_TRUE(try_open("mem:").ok());
  EXPECT_EQ(store_->backup(kCopy).status().code(), Code::kInvalidArgument);
}

TEST_F(BackupTest, a_power_cut_at_any_point_leaves_the_store_and_a_whole_copy_or_none) {
  bool done = false;
  for (uint64_t point = 1; !done; ++point) {
    start_anew();
    push_many(50, 1000);
    ASSERT_TRUE(store_->checkpoint().ok());
    push("last");
    disk().crash_at(disk().io_count() + point);
    done = store_->backup(kCopy).ok();
    cut_power(sim::LossMode::kRandomStrict, point);
    open();
    ASSERT_EQ(content().size(), 51U) << "point " << point;
    close();
    options_.create = false;
    const Status status = try_open(kCopy);
    options_.create = true;
    if (done) {
      ASSERT_TRUE(status.ok()) << status.to_string();
    }
    if (status.ok()) {
      stream_ = stream_of("s");
      ASSERT_EQ(content().size(), 51U) << "point " << point;
    }
    ASSERT_LT(point, 200U);
  }
}

}  // namespace
}  // namespace weir::store
