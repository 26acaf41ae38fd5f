#include "storage/group_writer.h"

#include <gtest/gtest.h>

#include "tests/storage/fixture.h"

namespace weir::storage {
namespace {

class GroupWriterTest : public LogFixture {
 protected:
  const PoolPtr pool_ = make_pool();
  Stream stream_{9, 1, kStreamDurable, "q"};

  void append(ByteView payload) {
    RecordDraft draft = draft_of(payload);
    ASSERT_TRUE(stream_.reserve(*pool_, &draft, 1));
    stream_.append(draft);
  }
};

TEST_F(GroupWriterTest, a_written_group_reads_back_with_its_records) {
  const std::vector<uint8_t> large = some_bytes(3000, 1);
  append(as_bytes("first"));
  append(large);
  append({});
  std::vector<Slice> slices;
  stream_.take_slices(&slices);
  std::vector<FrameDraft> frames;
  for (const Slice& slice : slices) frames.push_back(frame_of(9, slice));

  GroupWriter writer(*log_);
  ASSERT_TRUE(writer.write(frames, 3, {}, &place_).ok());

  const Result<LogScan> found = scan();
  ASSERT_TRUE(found.ok()) << found.status().to_string();
  ASSERT_EQ(found.value().groups.size(), 1U);
  const ScannedGroup& group = found.value().groups[0];
  EXPECT_EQ(group.header.commit_count, 3U);
  ASSERT_EQ(group.frames.size(), frames.size());
  std::vector<uint64_t> sizes;
  for (size_t i = 0; i < frames.size(); ++i) {
    EXPECT_EQ(group.frames[i].offset, frames[i].offset);
    std::vector<uint8_t> bytes;
    format::FrameHeader header;
    ASSERT_TRUE(read_frame(*files_[0].file, *files_[0].data, frames[i].offset, frames[i].bytes(),
                           &bytes, &header)
                    .ok());
    format::RecordReader reader(
        ByteView(bytes).subspan(format::kFrameHeaderBytes, header.body_bytes), true);
    format::RecordView record;
    while (reader.next(&record)) sizes.push_back(record.payload.size());
  }
  EXPECT_EQ(sizes, (std::vector<uint64_t>{5, 3000, 0}));
}

TEST_F(GroupWriterTest, groups_start_on_blocks_and_follow_each_other) {
  ASSERT_TRUE(write_group("a").ok());
  EXPECT_EQ(place_.offset, format::kBlockBytes);
  ASSERT_TRUE(write_group("b", 5000).ok());
  EXPECT_EQ(place_.offset, 2 * format::kBlockBytes);
  ASSERT_TRUE(write_group("c").ok());
  EXPECT_EQ(place_.offset, 4 * format::kBlockBytes);

  EXPECT_EQ(scanned_keys(), (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(GroupWriterTest, an_empty_group_is_a_sync_mark) {
  ASSERT_TRUE(write_group("a").ok());
  const format::Position before = log_->end();
  std::vector<FrameDraft> none;
  GroupWriter writer(*log_);

  ASSERT_TRUE(writer.write(none, 0, before, &place_).ok());

  const Result<LogScan> found = scan();
  ASSERT_TRUE(found.ok());
  ASSERT_EQ(found.value().groups.size(), 2U);
  EXPECT_EQ(found.value().groups[1].header.frame_count, 0U);
  EXPECT_EQ(found.value().durable, before);
}

TEST_F(GroupWriterTest, a_group_whose_sync_failed_does_not_belong_to_the_log) {
  ASSERT_TRUE(write_group("a").ok());
  const format::Position before = log_->end();
  disk().fail_at(1, sim::FaultKind::kEio, false, sim::kSync);

  EXPECT_EQ(write_group("b").code(), Code::kIo);

  EXPECT_EQ(log_->end(), before);
  EXPECT_EQ(log_->next_sequence(), 2U);
}

TEST_F(GroupWriterTest, notices_that_the_log_file_was_deleted_under_it) {
  ASSERT_TRUE(write_group("a").ok());
  disk().delete_directory(kPath);

  const Status status = write_group("b");

  EXPECT_EQ(status.code(), Code::kIo);
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("deleted by somebody else"));
}

}  // namespace
}  // namespace weir::storage
