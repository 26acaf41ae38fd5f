#include "format/file_header.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/crc32c.h"
#include "tests/format/samples.h"

namespace weir::format {
namespace {

constexpr long kCopyBytes = 2048;

FileHeader sample_header() {
  FileHeader header;
  header.kind = FileKind::kLog;
  header.uuid = samples::kUuid;
  header.file_id = samples::kFileId;
  header.salt = samples::kSalt;
  header.previous_end = {samples::kFileId - 1, 1u << 22};
  header.previous_crc = 0xDEADBEEF;
  header.first_group = 42;
  header.created_ns = 1234567890123456789;
  return header;
}

std::vector<uint8_t> block_of(const FileHeader& header) {
  std::vector<uint8_t> block(kBlockBytes, 0xEE);
  write_file_header(header, block.data());
  return block;
}

Code read_code(ByteView block) { return read_file_header(block).status().code(); }

// Changes bytes of a header and makes its checksum right again.
Code read_code_with(size_t at, std::vector<uint8_t> change) {
  std::vector<uint8_t> block = block_of(sample_header());
  std::copy(change.begin(), change.end(), block.begin() + static_cast<long>(at));
  store_little(block.data() + 2044, crc32c(ByteView(block).first(2044)));
  std::copy(block.begin(), block.begin() + kCopyBytes, block.begin() + kCopyBytes);
  return read_code(block);
}

TEST(FileHeader, has_the_pinned_bytes) {
  const std::vector<uint8_t> block = block_of(sample_header());

  EXPECT_EQ(samples::to_hex(ByteView(block).first(128)),
            "5745495246494c45010001000000000000000000000000000100000000000000"
            "000102030405060708090a0b0c0d0e0f887766554433221101ffeeddccbbaa99"
            "87776655443322110000400000000000efbeadde000000002a00000000000000"
            "1581e97df4102211000000000000000000000000000000000000000000000000");
  EXPECT_TRUE(std::all_of(block.begin() + 128, block.begin() + 2044,
                          [](uint8_t byte) { return byte == 0; }));
  EXPECT_EQ(load_little<uint32_t>(block.data() + 2044), 0x3F7E3D46u);
  EXPECT_TRUE(std::equal(block.begin(), block.begin() + 2048, block.begin() + 2048));
}

TEST(FileHeader, is_read_as_it_was_written) {
  Prng prng(5);
  for (int round = 0; round < 200; ++round) {
    FileHeader header;
    header.kind = static_cast<FileKind>(1 + prng.below(3));
    for (uint8_t& byte : header.uuid) byte = static_cast<uint8_t>(prng.next());
    header.file_id = prng.next();
    header.salt = prng.next();
    header.previous_end = {prng.next(), prng.next()};
    header.previous_crc = static_cast<uint32_t>(prng.next());
    header.first_group = prng.next();
    header.created_ns = static_cast<int64_t>(prng.next());

    Result<FileHeader> read = read_file_header(block_of(header));

    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read.value().kind, header.kind);
    EXPECT_EQ(read.value().uuid, header.uuid);
    EXPECT_EQ(read.value().file_id, header.file_id);
    EXPECT_EQ(read.value().salt, header.salt);
    EXPECT_EQ(read.value().previous_end, header.previous_end);
    EXPECT_EQ(read.value().previous_crc, header.previous_crc);
    EXPECT_EQ(read.value().first_group, header.first_group);
    EXPECT_EQ(read.value().created_ns, header.created_ns);
  }
}

TEST(FileHeader, gives_the_seed_of_its_file) {
  const Seed seed = seed_of(sample_header());

  EXPECT_EQ(seed.at(4096), samples::kSeed.at(4096));
}

TEST(FileHeader, detects_every_flipped_bit_when_the_other_copy_is_gone) {
  for (const long gone : {0L, kCopyBytes}) {
    std::vector<uint8_t> block = block_of(sample_header());
    std::fill_n(block.begin() + gone, kCopyBytes, uint8_t{0});
    ASSERT_EQ(read_code(block), Code::kOk);
    const size_t left = static_cast<size_t>(kCopyBytes - gone);

    samples::with_each_bit_flipped(block, left, left + 2048, [](ByteView flipped, size_t bit) {
      EXPECT_EQ(read_code(flipped), Code::kCorrupt) << "bit " << bit;
    });
  }
}

TEST(FileHeader, survives_damage_to_one_copy) {
  const std::vector<uint8_t> block = block_of(sample_header());

  samples::with_each_bit_flipped(block, 0, block.size(), [](ByteView flipped, size_t bit) {
    Result<FileHeader> read = read_file_header(flipped);
    ASSERT_TRUE(read.ok()) << "bit " << bit;
    EXPECT_EQ(read.value().file_id, samples::kFileId);
    EXPECT_EQ(read.value().salt, samples::kSalt);
  });
}

TEST(FileHeader, refuses_zeros_and_noise) {
  Prng prng(6);

  EXPECT_EQ(read_code(std::vector<uint8_t>(kBlockBytes)), Code::kCorrupt);
  EXPECT_EQ(read_code(samples::random_bytes(prng, kBlockBytes)), Code::kCorrupt);
}

TEST(FileHeader, refuses_what_a_newer_version_wrote_and_reads_newer_minor_versions) {
  EXPECT_EQ(read_code_with(8, {2, 0}), Code::kFormatTooNew);  // major
  EXPECT_EQ(read_code_with(8, {0, 0}), Code::kFormatTooNew);
  EXPECT_EQ(read_code_with(10, {9, 0}), Code::kOk);                  // minor
  EXPECT_EQ(read_code_with(12, {0, 0, 0, 1}), Code::kFormatTooNew);  // incompatible
  EXPECT_EQ(read_code_with(12, {2, 0, 0, 0}), Code::kFormatTooNew);
  EXPECT_EQ(read_code_with(12, {1, 0, 0, 0}), Code::kOk);            // compressed frames
  EXPECT_EQ(read_code_with(16, {1, 0, 0, 0}), Code::kFormatTooNew);  // read-only compatible
  EXPECT_EQ(read_code_with(20, {1, 0, 0, 0}), Code::kOk);            // compatible
  EXPECT_EQ(read_code_with(24, {0}), Code::kFormatTooNew);           // kind
  EXPECT_EQ(read_code_with(24, {4}), Code::kFormatTooNew);
}

}  // namespace
}  // namespace weir::format
