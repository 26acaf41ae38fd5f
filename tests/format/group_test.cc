#include "format/group.h"

#include <gtest/gtest.h>

#include "base/crc32c.h"
#include "tests/format/samples.h"

namespace weir::format {
namespace {

using samples::kFileId;
using samples::kSalt;
using samples::kSeed;
using samples::kUuid;

constexpr uint64_t kOffset = 4096;

static_assert(kGroupHeaderBytes == 64);

GroupHeader sample_header() {
  GroupHeader header;
  header.sequence = 42;
  header.total_bytes = 8192;
  header.frame_count = 1;
  header.commit_count = 2;
  header.durable = {9, 12288};
  header.frames_crc = 0xA13474ED;
  header.previous_crc = 0xCAFEBABE;
  return header;
}

Code read_code(ByteView bytes, const Seed& seed, uint64_t offset) {
  return read_group_header(bytes, seed, offset).status().code();
}

Code read_code_of(const GroupHeader& header, uint64_t offset = kOffset) {
  uint8_t bytes[kGroupHeaderBytes];
  write_group_header(header, kSeed, offset, bytes);
  return read_code(bytes, kSeed, offset);
}

TEST(GroupHeader, has_the_pinned_bytes) {
  uint8_t bytes[kGroupHeaderBytes];

  EXPECT_EQ(write_group_header(sample_header(), kSeed, kOffset, bytes), 0x628D2749u);

  EXPECT_EQ(samples::to_hex(bytes),
            "57475231010000002a0000000000000000200000000000000100000002000000"
            "09000000000000000030000000000000ed7434a1bebafeca0000000049278d62");
}

TEST(GroupHeader, is_read_as_it_was_written) {
  Prng prng(4);
  for (int round = 0; round < 1000; ++round) {
    GroupHeader header;
    header.sequence = samples::random_number(prng);
    header.total_bytes = kBlockBytes * (1 + prng.below(1u << 20));
    header.frame_count = static_cast<uint32_t>(prng.below(header.total_bytes / 64));
    header.commit_count = static_cast<uint32_t>(prng.next());
    header.durable = {samples::random_number(prng), samples::random_number(prng)};
    header.frames_crc = static_cast<uint32_t>(prng.next());
    header.previous_crc = static_cast<uint32_t>(prng.next());
    const uint64_t offset = prng.below(1ull << 40) * kBlockBytes;
    uint8_t bytes[kGroupHeaderBytes];
    const uint32_t crc = write_group_header(header, kSeed, offset, bytes);

    Result<CheckedGroupHeader> read = read_group_header(bytes, kSeed, offset);

    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read.value().crc, crc);
    EXPECT_EQ(read.value().header.sequence, header.sequence);
    EXPECT_EQ(read.value().header.total_bytes, header.total_bytes);
    EXPECT_EQ(read.value().header.frame_count, header.frame_count);
    EXPECT_EQ(read.value().header.commit_count, header.commit_count);
    EXPECT_EQ(read.value().header.durable, header.durable);
    EXPECT_EQ(read.value().header.frames_crc, header.frames_crc);
    EXPECT_EQ(read.value().header.previous_crc, header.previous_crc);
  }
}

TEST(GroupHeader, detects_every_flipped_bit) {
  uint8_t bytes[kGroupHeaderBytes];
  write_group_header(sample_header(), kSeed, kOffset, bytes);

  samples::with_each_bit_flipped(bytes, 0, sizeof bytes, [](ByteView flipped, size_t bit) {
    EXPECT_EQ(read_code(flipped, kSeed, kOffset), Code::kCorrupt) << "bit " << bit;
  });
}

TEST(GroupHeader, is_valid_in_its_own_place_only) {
  uint8_t bytes[kGroupHeaderBytes];
  write_group_header(sample_header(), kSeed, kOffset, bytes);
  StoreUuid other_uuid = kUuid;
  other_uuid[0] ^= 1;

  EXPECT_EQ(read_code(bytes, kSeed, kOffset), Code::kOk);
  EXPECT_EQ(read_code(bytes, kSeed, kOffset + kBlockBytes), Code::kCorrupt);
  EXPECT_EQ(read_code(bytes, {kUuid, kFileId + 1, kSalt}, kOffset), Code::kCorrupt);
  EXPECT_EQ(read_code(bytes, {kUuid, kFileId, kSalt + 1}, kOffset), Code::kCorrupt);
  EXPECT_EQ(read_code(bytes, {other_uuid, kFileId, kSalt}, kOffset), Code::kCorrupt);
}

TEST(GroupHeader, refuses_hostile_sizes) {
  GroupHeader header = sample_header();
  for (const uint64_t size : {uint64_t{0}, uint64_t{1}, uint64_t{4095}, uint64_t{4097}, UINT64_MAX,
                              UINT64_MAX - 4095, uint64_t{1} << 63, (uint64_t{1} << 63) - 4096}) {
    header.total_bytes = size;
    EXPECT_EQ(read_code_of(header), Code::kCorrupt) << size;
  }
  header.total_bytes = (uint64_t{1} << 63) - 8192;
  EXPECT_EQ(read_code_of(header), Code::kOk);
  EXPECT_EQ(read_code_of(header, uint64_t{1} << 63), Code::kCorrupt);
  EXPECT_EQ(read_code_of(header, UINT64_MAX - 4095), Code::kCorrupt);
}

TEST(GroupHeader, refuses_more_frames_than_fit) {
  GroupHeader header = sample_header();
  header.total_bytes = 4096;

  header.frame_count = 63;
  EXPECT_EQ(read_code_of(header), Code::kOk);
  header.frame_count = 64;
  EXPECT_EQ(read_code_of(header), Code::kCorrupt);
  header.frame_count = UINT32_MAX;
  EXPECT_EQ(read_code_of(header), Code::kCorrupt);
}

TEST(GroupHeader, refuses_what_a_newer_version_wrote) {
  uint8_t bytes[kGroupHeaderBytes];
  write_group_header(sample_header(), kSeed, kOffset, bytes);
  bytes[4] = 2;
  store_little(bytes + 60, crc32c({bytes, 60}, kSeed.at(kOffset)));

  EXPECT_EQ(read_code(bytes, kSeed, kOffset), Code::kFormatTooNew);
}

}  // namespace
}  // namespace weir::format
