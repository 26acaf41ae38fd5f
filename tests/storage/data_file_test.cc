#include "storage/data_file.h"

#include <gtest/gtest.h>

#include "tests/storage/fixture.h"

namespace weir::storage {
namespace {

class DataFileTest : public StorageTest {
 protected:
  DataFile file_{format::FileKind::kSegment, segment_name(7), format::Seed{{}, 7, 1}};
};

TEST_F(DataFileTest, opens_its_descriptor_when_it_is_needed) {
  disk().set_content(path_of(segment_name(7)), as_bytes("content"));
  EXPECT_FALSE(file_.is_open());

  const auto opened = file_.file(*directory_);

  ASSERT_TRUE(opened.ok());
  EXPECT_TRUE(file_.is_open());
  EXPECT_EQ(opened.value()->size().take(), 7U);
  EXPECT_EQ(file_.file(*directory_).take(), opened.value());
}

TEST_F(DataFileTest, a_reader_finishes_with_a_descriptor_that_was_closed) {
  disk().set_content(path_of(segment_name(7)), as_bytes("content"));
  const std::shared_ptr<env::File> held = file_.file(*directory_).take();

  file_.close();

  EXPECT_FALSE(file_.is_open());
  EXPECT_EQ(held->size().take(), 7U);
}

TEST_F(DataFileTest, says_that_its_file_is_missing) {
  EXPECT_EQ(file_.file(*directory_).status().code(), Code::kNotFound);
}

TEST(DataFileNames, are_the_kind_and_sixteen_digits) {
  EXPECT_EQ(segment_name(0x1a), "seg-000000000000001a");
  EXPECT_EQ(scratch_name(UINT64_MAX), "scr-ffffffffffffffff");
}

TEST(DataFileNames, tell_their_id) {
  for (const uint64_t id : {uint64_t{1}, uint64_t{0xabcdef}, UINT64_MAX})
    EXPECT_EQ(parse_name("seg-", segment_name(id)), id);
}

TEST(DataFileNames, of_another_kind_have_no_id) {
  EXPECT_EQ(parse_name("seg-", scratch_name(1)), 0U);
  EXPECT_EQ(parse_name("seg-", "seg-000000000000000"), 0U);    // too short
  EXPECT_EQ(parse_name("seg-", "seg-00000000000000001"), 0U);  // too long
  EXPECT_EQ(parse_name("seg-", "seg-000000000000000A"), 0U);   // not as we write it
  EXPECT_EQ(parse_name("seg-", "seg-00000000000000 1"), 0U);
  EXPECT_EQ(parse_name("seg-", ""), 0U);
}

}  // namespace
}  // namespace weir::storage
