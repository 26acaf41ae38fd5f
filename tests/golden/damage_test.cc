// Damage to a golden store is refused by file and offset, and nothing is modified.
#include <cstdint>
#include <cstring>

#include "tests/golden/fixture.h"

namespace weir::golden {
namespace {

using testing::HasSubstr;

uint32_t crc32c(const std::string& bytes) {
  uint32_t crc = 0xffffffffu;
  for (const char byte : bytes) {
    crc ^= static_cast<uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0x82f63b78u & (0u - (crc & 1)));
  }
  return ~crc;
}

class Damage : public GoldenTest {
 protected:
  void SetUp() override {
    GoldenTest::SetUp();
    store_ = unpack("clean");
  }
  // The log of the store that was closed in order holds nothing any more.
  void use_unclean() { store_ = unpack("unclean"); }
  void flip(const std::string& name, size_t at) {
    std::string bytes = read(store_ + "/" + name);
    ASSERT_LT(at, bytes.size());
    bytes[at] = static_cast<char>(bytes[at] ^ 16);
    write(store_ + "/" + name, bytes);
  }
  // Both ways of opening it say `status` and name the file, and leave every byte as it was.
  void expect_refused(weir_status status, const std::string& name) {
    const auto before = contents(store_);
    for (const bool read_only : {true, false}) {
      const Dump dump = dump_store(store_, read_only);
      EXPECT_EQ(dump.status, status) << weir_status_name(dump.status) << dump.message;
      EXPECT_THAT(dump.message, HasSubstr(name));
      EXPECT_TRUE(contents(store_) == before) << "it was modified";
    }
    damage_ = dump_store(store_, true).message;
  }

  std::string store_;
  std::string damage_;
};

TEST_F(Damage, flipped_bit_in_the_log_below_the_watermark) {
  use_unclean();
  const std::string log = file_of(store_, "wal-");
  flip(log, 4096 + 200);
  expect_refused(WEIR_E_CORRUPT, log);
  EXPECT_THAT(damage_, HasSubstr("offset"));
}

TEST_F(Damage, flipped_bit_in_the_header_of_a_log_group) {
  use_unclean();
  const std::string log = file_of(store_, "wal-");
  flip(log, 4096 + 17);
  expect_refused(WEIR_E_CORRUPT, log);
  EXPECT_THAT(damage_, HasSubstr("offset"));
}

// The body of a segment is read when a message is wanted: the message is refused, never guessed.
TEST_F(Damage, flipped_bit_in_a_segment) {
  const std::string segment = file_of(store_, "seg-");
  flip(segment, 4096 + 64 + 40);
  EXPECT_EQ(dump_store(store_, true).status, WEIR_E_CORRUPT);
  const Dump dump = dump_store(store_, false);
  EXPECT_EQ(dump.status, WEIR_E_CORRUPT);
  EXPECT_THAT(dump.message, HasSubstr(segment));
  EXPECT_THAT(dump.message, HasSubstr("offset"));
  EXPECT_EQ(expected("clean").rfind(dump.text, 0), 0u) << "what comes before is as it was";
}

TEST_F(Damage, flipped_bit_in_a_segments_footer) {
  const std::string segment = file_of(store_, "seg-");
  const std::string bytes = read(store_ + "/" + segment);
  flip(segment, bytes.find_last_not_of('\0') - 8);
  expect_refused(WEIR_E_CORRUPT, segment);
  EXPECT_THAT(damage_, HasSubstr("offset"));
}

TEST_F(Damage, missing_segment) {
  const std::string segment = file_of(store_, "seg-");
  std::filesystem::remove(store_ + "/" + segment);
  expect_refused(WEIR_E_CORRUPT, segment);
}

TEST_F(Damage, segment_that_is_cut_off) {
  const std::string segment = file_of(store_, "seg-");
  std::filesystem::resize_file(store_ + "/" + segment, 5000);
  expect_refused(WEIR_E_CORRUPT, segment);
}

TEST_F(Damage, both_manifest_slots) {
  flip("manifest", 30);
  flip("manifest", 65536 + 30);
  expect_refused(WEIR_E_CORRUPT, "manifest");
}

TEST_F(Damage, one_manifest_slot_is_no_damage) {
  flip("manifest", 30);
  const Dump dump = dump_store(store_, true);
  EXPECT_EQ(dump.status, WEIR_OK) << dump.message;
  EXPECT_EQ(dump.text, expected("clean"));
}

TEST_F(Damage, missing_manifest_is_not_a_new_store) {
  std::filesystem::remove(store_ + "/manifest");
  expect_refused(WEIR_E_CORRUPT, "manifest");
}

TEST_F(Damage, newer_format_version_of_a_log_file) {
  use_unclean();
  const std::string log = file_of(store_, "wal-");
  std::string bytes = read(store_ + "/" + log);
  for (const size_t copy : {size_t{0}, size_t{2048}}) {
    bytes[copy + 8] = 2;
    const uint32_t crc = crc32c(bytes.substr(copy, 2044));
    std::memcpy(&bytes[copy + 2044], &crc, 4);
  }
  write(store_ + "/" + log, bytes);
  expect_refused(WEIR_E_FORMAT_TOO_NEW, log);
  EXPECT_THAT(damage_, HasSubstr("format 2"));
}

}  // namespace
}  // namespace weir::golden
