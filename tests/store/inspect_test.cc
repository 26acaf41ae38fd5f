#include "store/inspect.h"

#include <gtest/gtest.h>

#include "storage/data_file.h"
#include "tests/store/fixture.h"

namespace weir::store {
namespace {

class InspectTest : public StoreTest {
 protected:
  // Something in a segment and something in the log.
  void write_and_close() {
    push("in the segment");
    ASSERT_TRUE(store_->checkpoint().ok());
    push("in the log");
    close();
  }
};

TEST_F(InspectTest, tells_what_is_in_a_store_and_changes_nothing) {
  write_and_close();
  const uint64_t before = disk().image_hash();

  const Result<std::string> report = inspect(world_->env(), kPath);

  ASSERT_TRUE(report.ok()) << report.status().to_string();
  EXPECT_THAT(report.value(), HasSubstr(R"("name":"s","kind":"durable","message_count":2)"));
  EXPECT_THAT(report.value(), HasSubstr("\"seg-"));
  EXPECT_EQ(disk().image_hash(), before);
}

TEST_F(InspectTest, a_sound_store_has_no_damage) {
  write_and_close();

  const Result<VerifyReport> report = verify(world_->env(), kPath);

  ASSERT_TRUE(report.ok()) << report.status().to_string();
  EXPECT_EQ(report.value().damage_count, 0U);
  EXPECT_THAT(report.value().json, HasSubstr("\"sound\":true"));
}

TEST_F(InspectTest, a_flipped_bit_in_a_segments_record_is_found) {
  write_and_close();
  const std::string segment = names("seg-").at(0);
  disk().flip_bit(std::string(kPath) + "/" + segment, 4096 + 64 + 33, 2);

  const Result<VerifyReport> report = verify(world_->env(), kPath);

  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report.value().damage_count, 1U);
  EXPECT_THAT(report.value().json, HasSubstr(segment));
}

TEST_F(InspectTest, a_missing_segment_is_damage) {
  write_and_close();
  ASSERT_TRUE(world_->env()
                  .file_system.open_directory(kPath, false, false)
                  .value()
                  ->remove(names("seg-").at(0))
                  .ok());

  EXPECT_EQ(verify(world_->env(), kPath).value().damage_count, 1U);
}

TEST_F(InspectTest, what_is_no_store_is_not_found) {
  EXPECT_TRUE(inspect(world_->env(), "/sim/nothing").status().code() == Code::kNotFound);
  EXPECT_TRUE(verify(world_->env(), "/sim/nothing").status().code() == Code::kNotFound);
}

}  // namespace
}  // namespace weir::store
