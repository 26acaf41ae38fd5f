#include "tests/store/fixture.h"

namespace weir::store {
namespace {

class MetricsTest : public StoreTest {};

TEST_F(MetricsTest, agree_with_the_statistics) {
  push_many(10, 1000, true);
  ASSERT_TRUE(store_->checkpoint().ok());
  const Statistics all = store_->statistics();

  const std::string text = store_->metrics();

  const auto has = [&](const std::string& name, uint64_t value) {
    EXPECT_THAT(text, HasSubstr("\n" + name + " " + std::to_string(value) + "\n"));
  };
  has("weir_commits_total", all.commit_count);
  has("weir_sync_total", all.sync_count);
  has("weir_memory_used_bytes", all.memory_bytes_used);
  has("weir_segments", 1);
  has("weir_group_write_seconds_count", all.group_count);
  has("weir_records{engine=\"queue\"}", 10);
  has("weir_failed", 0);
}

TEST_F(MetricsTest, of_a_store_in_memory_are_there_too) {
  close();
  open("mem:");
  push("a");

  EXPECT_THAT(store_->metrics(), HasSubstr("weir_objects{engine=\"queue\"} 1\n"));
}

}  // namespace
}  // namespace weir::store
