#include "storage/segment.h"

#include <gtest/gtest.h>

#include "tests/storage/fixture.h"

namespace weir::storage {
namespace {

class SegmentWriterTest : public StorageTest {
 protected:
  void create(format::FileKind kind = format::FileKind::kSegment) {
    ASSERT_TRUE(writer_.create(kind, {4, 2}, 17).ok());
  }
  void add(uint32_t stream_id, uint64_t number, size_t payload_bytes) {
    const std::vector<uint8_t> record =
        record_of(stream_id, number, some_bytes(payload_bytes, number));
    ASSERT_TRUE(writer_.add_record(stream_id, record).ok());
  }
  std::string name() const { return path_of(segment_name(17)); }
  Result<std::vector<format::FooterEntry>> footer() {
    const DataFile& data = *writer_.file();
    const auto file = directory_->open(data.name(), env::OpenMode::kRead).take();
    return read_footer(*file, data);
  }
  // The numbers of the records behind an entry, every byte checked.
  std::vector<uint64_t> numbers_in(const format::FooterEntry& entry) {
    const auto file = directory_->open(writer_.file()->name(), env::OpenMode::kRead).take();
    std::vector<uint8_t> frame;
    format::FrameHeader header;
    const Status status =
        read_frame(*file, *writer_.file(), entry.offset, entry.bytes, &frame, &header);
    EXPECT_TRUE(status.ok()) << status.to_string();
    std::vector<uint64_t> numbers;
    format::RecordReader reader(
        ByteView(frame).subspan(format::kFrameHeaderBytes, header.body_bytes), true);
    format::RecordView record;
    while (reader.next(&record)) {
      numbers.push_back(record.header.number);
      const std::vector<uint8_t> expected = some_bytes(record.payload.size(), record.header.number);
      EXPECT_TRUE(std::equal(record.payload.begin(), record.payload.end(), expected.begin()));
    }
    EXPECT_FALSE(reader.bad());
    return numbers;
  }

  SegmentWriter writer_{world_->env(), *directory_, counters_};
};

TEST_F(SegmentWriterTest, records_of_several_streams_read_back_through_the_footer) {
  create();
  add(1, 5, 100);
  add(1, 9, 0);
  add(2, 1, 1000);
  ASSERT_TRUE(writer_.finish().ok());

  const auto entries = footer();

  ASSERT_TRUE(entries.ok()) << entries.status().to_string();
  ASSERT_EQ(entries.value().size(), 2U);
  EXPECT_EQ(entries.value()[0].stream_id, 1U);
  EXPECT_EQ(entries.value()[0].first, 5U);
  EXPECT_EQ(entries.value()[0].last, 9U);
  EXPECT_EQ(numbers_in(entries.value()[0]), (std::vector<uint64_t>{5, 9}));
  EXPECT_EQ(numbers_in(entries.value()[1]), std::vector<uint64_t>{1});
}

TEST_F(SegmentWriterTest, frames_are_cut_at_64_KiB) {
  create();
  for (uint64_t number = 1; number <= 200; ++number) add(1, number, 1000);
  ASSERT_TRUE(writer_.finish().ok());

  const auto entries = footer().take();

  uint64_t next = 1;
  for (const format::FooterEntry& entry : entries) {
    EXPECT_LE(entry.bytes, format::kChunkBytes + format::kFrameHeaderBytes);
    for (const uint64_t number : numbers_in(entry)) EXPECT_EQ(number, next++);
  }
  EXPECT_EQ(next, 201U);
  EXPECT_EQ(entries.size(), 4U);
}

// A record that fills a frame exactly, one byte less and one more; and far more.
TEST_F(SegmentWriterTest, a_large_record_gets_a_frame_of_its_own) {
  create();
  constexpr size_t kExact = format::kChunkBytes - format::kRecordHeaderBytes;
  const size_t sizes[] = {10, kExact - 1, kExact, kExact + 1, 10, 5u << 20, 10};
  uint64_t number = 0;
  for (const size_t size : sizes) add(1, ++number, size);
  ASSERT_TRUE(writer_.finish().ok());

  const auto entries = footer().take();

  ASSERT_EQ(entries.size(), 7U);
  for (uint64_t i = 0; i < 7; ++i) EXPECT_EQ(numbers_in(entries[i]), std::vector<uint64_t>{i + 1});
}

TEST_F(SegmentWriterTest, an_empty_segment_has_an_empty_footer) {
  create();
  ASSERT_TRUE(writer_.finish().ok());

  EXPECT_TRUE(footer().take().empty());
}

TEST_F(SegmentWriterTest, survives_a_power_cut_once_the_directory_is_synced) {
  create();
  add(1, 1, 5000);
  ASSERT_TRUE(writer_.finish().ok());
  ASSERT_TRUE(directory_->sync().ok());

  cut_power(sim::LossMode::kEverything);

  EXPECT_EQ(footer().value().size(), 1U);
}

TEST_F(SegmentWriterTest, whole_blocks_are_written) {
  create();
  add(1, 1, 77);
  ASSERT_TRUE(writer_.finish().ok());

  EXPECT_EQ(disk().content(name()).size() % format::kBlockBytes, 0U);
  EXPECT_EQ(writer_.file()->segment.bytes, disk().content(name()).size());
}

TEST_F(SegmentWriterTest, a_flipped_bit_in_the_footer_is_found) {
  create();
  add(1, 1, 77);
  ASSERT_TRUE(writer_.finish().ok());
  const uint64_t begin = writer_.file()->segment.footer_offset;
  const std::vector<uint8_t> good = disk().content(name());

  for (uint64_t at = begin; at < begin + 100; ++at) {
    disk().flip_bit(name(), at, at % 8);
    const auto entries = footer();
    ASSERT_EQ(entries.status().code(), Code::kCorrupt) << at;
    EXPECT_THAT(std::string(entries.status().message()), ::testing::HasSubstr(segment_name(17)));
    disk().set_content(name(), good);
  }
}

TEST_F(SegmentWriterTest, a_segment_that_is_cut_off_is_corrupt) {
  create();
  add(1, 1, 77);
  ASSERT_TRUE(writer_.finish().ok());
  const std::vector<uint8_t> good = disk().content(name());

  disk().set_content(name(), ByteView(good).first(good.size() - 1));

  EXPECT_EQ(footer().status().code(), Code::kCorrupt);
}

TEST_F(SegmentWriterTest, another_files_footer_is_refused) {
  create();
  add(1, 1, 77);
  ASSERT_TRUE(writer_.finish().ok());
  writer_.file()->segment.footer_crc ^= 1;

  EXPECT_EQ(footer().status().code(), Code::kCorrupt);
}

TEST_F(SegmentWriterTest, a_failed_sync_stops_the_store) {
  create();
  disk().fail_at(1, sim::FaultKind::kEio, false, sim::kSync);

  EXPECT_EQ(writer_.finish().code(), Code::kFailed);
}

TEST_F(SegmentWriterTest, a_full_disk_is_told_as_such) {
  create();
  disk().set_capacity(1000);

  add(1, 1, 10);
  EXPECT_EQ(writer_.finish().code(), Code::kNoSpace);
}

TEST_F(SegmentWriterTest, a_scratch_file_is_readable_after_a_flush_without_a_sync) {
  create(format::FileKind::kScratch);
  add(1, 1, 500);
  ASSERT_TRUE(writer_.end_frame().ok());
  ASSERT_TRUE(writer_.flush().ok());
  add(1, 2, 500);
  ASSERT_TRUE(writer_.end_frame().ok());
  ASSERT_TRUE(writer_.flush().ok());

  EXPECT_EQ(writer_.file()->name(), scratch_name(17));
  ASSERT_EQ(writer_.entries().size(), 2U);
  EXPECT_EQ(numbers_in(writer_.entries()[0]), std::vector<uint64_t>{1});
  EXPECT_EQ(numbers_in(writer_.entries()[1]), std::vector<uint64_t>{2});
  EXPECT_EQ(counters_.sync_count.load(), 0U);
}

}  // namespace
}  // namespace weir::storage
