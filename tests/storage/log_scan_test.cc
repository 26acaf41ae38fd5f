#include "storage/log_scan.h"

#include <gtest/gtest.h>

#include "tests/storage/fixture.h"

namespace weir::storage {
namespace {

class ScanLogTest : public LogFixture {
 protected:
  // Three groups: a and b in one file, then c; nothing but c's own sync says that c is there.
  void write_abc() {
    ASSERT_TRUE(write_group("a").ok());
    ASSERT_TRUE(write_group("b").ok());
    before_c_ = log_->end();
    ASSERT_TRUE(write_group("c").ok());
  }
  std::string name() const { return path_of("wal-00"); }
  Code code_of_scan() { return scan().status().code(); }
  void flip(const format::Position& at, uint64_t byte) {
    disk().flip_bit(name(), at.offset + byte, static_cast<unsigned>(byte % 8));
  }

  format::Position before_c_;
};

TEST_F(ScanLogTest, no_file_and_nothing_expected_is_an_empty_log) {
  const Result<LogScan> found = scan(5, {4, 9999}, 77);

  ASSERT_TRUE(found.ok());
  EXPECT_TRUE(found.value().groups.empty());
  EXPECT_EQ(found.value().next_sequence, 77U);
  EXPECT_EQ(found.value().end, (format::Position{4, 9999}));
}

TEST_F(ScanLogTest, a_missing_file_that_was_synced_is_damage) {
  const Result<LogScan> found = scan(5, {5, 8192}, 77);

  EXPECT_EQ(found.status().code(), Code::kCorrupt);
  EXPECT_THAT(std::string(found.status().message()), ::testing::HasSubstr("log file id 5"));
}

TEST_F(ScanLogTest, finds_all_groups_and_the_end) {
  write_abc();

  const Result<LogScan> found = scan();

  ASSERT_TRUE(found.ok());
  EXPECT_EQ(keys_of(found.value()), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(found.value().end, log_->end());
  EXPECT_EQ(found.value().last_crc, log_->last_crc());
  EXPECT_EQ(found.value().next_sequence, 4U);
  EXPECT_EQ(found.value().durable, before_c_);
  EXPECT_EQ(found.value().torn_bytes, 0U);
}

// Whatever happens to the last group, which nothing witnesses, the log ends before it.
TEST_F(ScanLogTest, damage_to_any_byte_of_the_last_group_is_a_torn_tail) {
  write_abc();
  const std::vector<uint8_t> good = disk().content(name());
  const uint64_t meaningful = format::kGroupHeaderBytes + format::kFrameHeaderBytes + 8;
  for (uint64_t byte = 0; byte < meaningful; ++byte) {
    flip(before_c_, byte);
    const Result<LogScan> found = scan();
    ASSERT_TRUE(found.ok()) << byte << ": " << found.status().to_string();
    ASSERT_EQ(keys_of(found.value()), (std::vector<std::string>{"a", "b"})) << byte;
    ASSERT_EQ(found.value().end, before_c_) << byte;
    disk().set_content(name(), good);
  }
}

TEST_F(ScanLogTest, a_last_group_written_up_to_any_byte_is_a_torn_tail) {
  write_abc();
  const std::vector<uint8_t> good = disk().content(name());
  const uint64_t meaningful = format::kGroupHeaderBytes + format::kFrameHeaderBytes + 8;
  for (uint64_t written = 0; written < meaningful; ++written) {
    std::vector<uint8_t> torn = good;
    std::fill(torn.begin() + static_cast<std::ptrdiff_t>(before_c_.offset + written),
              torn.begin() + static_cast<std::ptrdiff_t>(before_c_.offset + 4096), 0);
    disk().set_content(name(), torn);
    ASSERT_EQ(scanned_keys(), (std::vector<std::string>{"a", "b"})) << written;
  }
}

TEST_F(ScanLogTest, a_file_that_ends_inside_the_last_group_has_a_torn_tail) {
  write_abc();
  const std::vector<uint8_t> good = disk().content(name());
  for (const uint64_t size : {0U, 1U, 63U, 64U, 100U, 128U, 140U}) {
    disk().set_content(name(), ByteView(good).first(before_c_.offset + size));
    ASSERT_EQ(scanned_keys(), (std::vector<std::string>{"a", "b"})) << size;
  }
}

TEST_F(ScanLogTest, the_torn_bytes_of_a_group_whose_header_reads_are_counted) {
  write_abc();
  flip(before_c_, format::kGroupHeaderBytes + 5);

  EXPECT_EQ(scan().value().torn_bytes, format::kBlockBytes);
}

// c tells that b was synced: damage to b is no torn tail, whichever byte it is.
TEST_F(ScanLogTest, damage_to_any_byte_below_the_watermark_is_reported) {
  write_abc();
  const std::vector<uint8_t> good = disk().content(name());
  const format::Position b{1, 2 * format::kBlockBytes};
  const uint64_t meaningful = format::kGroupHeaderBytes + format::kFrameHeaderBytes + 8;
  for (uint64_t byte = 0; byte < meaningful; ++byte) {
    flip(b, byte);
    const Result<LogScan> found = scan();
    ASSERT_EQ(found.status().code(), Code::kCorrupt) << byte;
    ASSERT_THAT(
        std::string(found.status().message()),
        ::testing::AllOf(::testing::HasSubstr("wal-00"), ::testing::HasSubstr("offset 8192")));
    disk().set_content(name(), good);
  }
}

TEST_F(ScanLogTest, what_the_manifest_knows_as_synced_is_not_cut_off) {
  write_abc();
  const format::Position end = log_->end();
  flip(before_c_, 20);

  EXPECT_EQ(scan(1, before_c_).value().end, before_c_);
  EXPECT_EQ(scan(1, end).status().code(), Code::kCorrupt);
}

// The blocks of an unsynced write reach the disk in any order.
TEST_F(ScanLogTest, a_later_group_that_proves_nothing_is_torn_too) {
  ASSERT_TRUE(write_group("a").ok());
  const format::Position after_a = durable_;
  ASSERT_TRUE(write_group("b").ok());
  durable_ = after_a;  // as if b had never been synced
  ASSERT_TRUE(write_group("c").ok());
  flip(after_a, 0);

  const Result<LogScan> found = scan();

  ASSERT_TRUE(found.ok()) << found.status().to_string();
  EXPECT_EQ(keys_of(found.value()), std::vector<std::string>{"a"});
  EXPECT_GT(found.value().torn_bytes, 0U);
}

// --- several files ---

class ScanLogFilesTest : public ScanLogTest {
 protected:
  // a in wal-00 (id 1), b in wal-01 (id 2), c in wal-02 (id 3).
  void write_three_files() {
    for (const char* key : {"a", "b", "c"}) {
      log_->roll();
      ASSERT_TRUE(write_group(key).ok());
    }
  }
};

TEST_F(ScanLogFilesTest, files_are_read_in_the_order_of_their_ids) {
  write_three_files();

  EXPECT_EQ(scanned_keys(), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(scanned_keys(2), (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(scanned_keys(3), std::vector<std::string>{"c"});
}

TEST_F(ScanLogFilesTest, the_header_of_the_next_file_witnesses_all_of_the_one_before) {
  write_three_files();
  disk().flip_bit(path_of("wal-01"), format::kBlockBytes + 100, 1);

  const Result<LogScan> found = scan();

  EXPECT_EQ(found.status().code(), Code::kCorrupt);
  EXPECT_THAT(std::string(found.status().message()), ::testing::HasSubstr("wal-01"));
}

TEST_F(ScanLogFilesTest, a_missing_file_in_the_middle_is_damage) {
  write_three_files();
  ASSERT_TRUE(directory_->remove("wal-01").ok());

  const Result<LogScan> found = scan();

  EXPECT_EQ(found.status().code(), Code::kCorrupt);
  EXPECT_THAT(std::string(found.status().message()),
              ::testing::HasSubstr("follows log file id 2, which is missing"));
}

TEST_F(ScanLogFilesTest, a_missing_first_file_is_damage) {
  write_three_files();
  ASSERT_TRUE(directory_->remove("wal-00").ok());

  EXPECT_EQ(code_of_scan(), Code::kCorrupt);
}

TEST_F(ScanLogFilesTest, a_missing_last_file_is_damage_only_when_somebody_knows_of_it) {
  write_three_files();
  const format::Position end = log_->end();
  ASSERT_TRUE(directory_->remove("wal-02").ok());

  EXPECT_EQ(scanned_keys(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(scan(1, end).status().code(), Code::kCorrupt);
}

TEST_F(ScanLogFilesTest, a_last_file_with_nothing_but_its_header_is_empty) {
  write_three_files();
  disk().flip_bit(path_of("wal-02"), format::kBlockBytes, 0);

  const Result<LogScan> found = scan();

  ASSERT_TRUE(found.ok()) << found.status().to_string();
  EXPECT_EQ(keys_of(found.value()), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(found.value().end, (format::Position{3, format::kBlockBytes}));
}

TEST_F(ScanLogFilesTest, an_unreadable_sector_is_no_end_of_the_log) {
  write_three_files();
  files_ = find_files();
  disk().fail_at(1, sim::FaultKind::kEio, true, sim::kRead);

  EXPECT_EQ(scan_log(files_, 1, {}, 1).status().code(), Code::kIo);
}

// --- frames ---

TEST_F(ScanLogTest, a_frame_that_leaves_its_file_is_corrupt) {
  write_abc();
  files_ = find_files();
  std::vector<uint8_t> bytes;
  format::FrameHeader header;
  const uint64_t at = format::kBlockBytes + format::kGroupHeaderBytes;

  EXPECT_TRUE(read_frame(*files_[0].file, *files_[0].data, at, 112, &bytes, &header).ok());
  EXPECT_EQ(read_frame(*files_[0].file, *files_[0].data, at, 1u << 20, &bytes, &header).code(),
            Code::kCorrupt);
  EXPECT_EQ(read_frame(*files_[0].file, *files_[0].data, at, 72, &bytes, &header).code(),
            Code::kCorrupt);
  EXPECT_EQ(read_frame(*files_[0].file, *files_[0].data, at + 8, 112, &bytes, &header).code(),
            Code::kCorrupt);
}

TEST_F(ScanLogTest, a_window_reads_across_its_edges) {
  const std::vector<uint8_t> content = some_bytes(3u << 20, 5);
  disk().set_content(path_of("data"), content);
  const auto file = directory_->open("data", env::OpenMode::kRead).take();
  WindowReader reader(*file, content.size());
  for (const uint64_t offset : {uint64_t{0}, uint64_t{(1u << 20) - 10}, uint64_t{2u << 20}}) {
    const ByteView view = reader.view(offset, 5000).take();
    EXPECT_TRUE(std::equal(view.begin(), view.end(),
                           content.begin() + static_cast<std::ptrdiff_t>(offset)));
  }
  EXPECT_EQ(reader.view(0, 3u << 20).value().size(), 3u << 20);
  EXPECT_EQ(reader.view(content.size() - 1, 2).status().code(), Code::kEnd);
  EXPECT_EQ(reader.view(UINT64_MAX, 2).status().code(), Code::kEnd);
}

}  // namespace
}  // namespace weir::storage
