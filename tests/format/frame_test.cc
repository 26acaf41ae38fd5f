#include "format/frame.h"

#include <gtest/gtest.h>

#include "base/crc32c.h"
#include "format/record.h"
#include "tests/format/samples.h"

namespace weir::format {
namespace {

using samples::kFileId;
using samples::kSalt;
using samples::kSeed;
using samples::kUuid;
using samples::to_hex;

constexpr uint64_t kOffset = 4160;

static_assert(kFrameHeaderBytes == 64);
static_assert(frame_bytes(0) == 64 && frame_bytes(1) == 72 && frame_bytes(8) == 72);
static_assert(frame_bytes(UINT32_MAX) == 4'294'967'360);

// A body of records with the given numbers, and the header that belongs to it.
std::vector<uint8_t> records_body(const std::vector<uint64_t>& numbers, FrameHeader* header) {
  std::vector<uint8_t> body;
  header->kind = FrameKind::kRecords;
  header->stream_id = 3;
  header->record_count = static_cast<uint32_t>(numbers.size());
  header->first = numbers.empty() ? 0 : numbers.front();
  header->last = numbers.empty() ? 0 : numbers.back();
  header->body_crc = 0;
  for (const uint64_t number : numbers) {
    RecordHeader record;
    record.number = number;
    record.stream_id = 3;
    record.body_bytes = 5;
    uint8_t bytes[record_bytes(5)] = {};
    const uint32_t crc = write_record_header(record, body_crc({}, as_bytes("hello")), bytes);
    std::memcpy(bytes + kRecordHeaderBytes, "hello", 5);
    body.insert(body.end(), bytes, bytes + sizeof bytes);
    header->body_crc = fold_crc(header->body_crc, crc);
  }
  header->body_bytes = static_cast<uint32_t>(body.size());
  return body;
}

FrameHeader sample_header() {
  FrameHeader header;
  header.stream_id = 3;
  header.record_count = 1;
  header.first = 7;
  header.last = 7;
  header.body_bytes = 40;
  header.body_crc = fold_crc(0, 0xD16C7991);
  return header;
}

Code read_code(ByteView bytes, const Seed& seed, uint64_t offset) {
  return read_frame_header(bytes, seed, offset).status().code();
}

// Changes bytes of a header and makes its checksum right again.
Code read_code_with(size_t at, std::vector<uint8_t> change) {
  uint8_t bytes[kFrameHeaderBytes];
  write_frame_header(sample_header(), kSeed, kOffset, bytes);
  std::memcpy(bytes + at, change.data(), change.size());
  store_little(bytes + 60, crc32c({bytes, 60}, kSeed.at(kOffset)));
  return read_code(bytes, kSeed, kOffset);
}

TEST(FrameHeader, has_the_pinned_bytes) {
  uint8_t bytes[kFrameHeaderBytes];

  EXPECT_EQ(write_frame_header(sample_header(), kSeed, kOffset, bytes), 0xDD9D9640u);

  EXPECT_EQ(to_hex(bytes),
            "5746523101010000030000000100000007000000000000000700000000000000"
            "28000000280000004bd6cf970000000000000000000000000000000040969ddd");
}

TEST(FrameHeader, folds_checksums_to_the_pinned_values) {
  EXPECT_EQ(fold_crc(0, 0xD16C7991), 0x97CFD64Bu);
  EXPECT_EQ(fold_crc(0x97CFD64B, 0xD16C7991), 0xE091B188u);
}

TEST(FrameHeader, is_read_as_it_was_written) {
  Prng prng(3);
  for (int round = 0; round < 1000; ++round) {
    FrameHeader header;
    header.kind = static_cast<FrameKind>(1 + prng.below(3));
    header.stream_id = static_cast<uint32_t>(prng.next());
    header.record_count = static_cast<uint32_t>(prng.next());
    header.first = samples::random_number(prng);
    header.last = samples::random_number(prng);
    header.body_bytes = static_cast<uint32_t>(prng.next());
    header.body_crc = static_cast<uint32_t>(prng.next());
    const uint64_t offset = samples::random_number(prng);
    uint8_t bytes[kFrameHeaderBytes];
    write_frame_header(header, kSeed, offset, bytes);

    Result<FrameHeader> read = read_frame_header(bytes, kSeed, offset);

    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read.value().kind, header.kind);
    EXPECT_EQ(read.value().stream_id, header.stream_id);
    EXPECT_EQ(read.value().record_count, header.record_count);
    EXPECT_EQ(read.value().first, header.first);
    EXPECT_EQ(read.value().last, header.last);
    EXPECT_EQ(read.value().body_bytes, header.body_bytes);
    EXPECT_EQ(read.value().body_crc, header.body_crc);
  }
}

TEST(FrameHeader, detects_every_flipped_bit) {
  uint8_t bytes[kFrameHeaderBytes];
  write_frame_header(sample_header(), kSeed, kOffset, bytes);

  samples::with_each_bit_flipped(bytes, 0, sizeof bytes, [](ByteView flipped, size_t bit) {
    EXPECT_EQ(read_code(flipped, kSeed, kOffset), Code::kCorrupt) << "bit " << bit;
  });
}

TEST(FrameHeader, is_valid_in_its_own_place_only) {
  uint8_t bytes[kFrameHeaderBytes];
  write_frame_header(sample_header(), kSeed, kOffset, bytes);
  StoreUuid other_uuid = kUuid;
  other_uuid[15] ^= 1;

  EXPECT_EQ(read_code(bytes, kSeed, kOffset), Code::kOk);
  EXPECT_EQ(read_code(bytes, kSeed, kOffset + 8), Code::kCorrupt);
  EXPECT_EQ(read_code(bytes, {kUuid, kFileId + 1, kSalt}, kOffset), Code::kCorrupt);
  EXPECT_EQ(read_code(bytes, {kUuid, kFileId, kSalt + 1}, kOffset), Code::kCorrupt);
  EXPECT_EQ(read_code(bytes, {other_uuid, kFileId, kSalt}, kOffset), Code::kCorrupt);
}

TEST(FrameHeader, refuses_what_a_newer_version_wrote) {
  EXPECT_EQ(read_code_with(4, {2}), Code::kFormatTooNew);  // version
  EXPECT_EQ(read_code_with(5, {0}), Code::kFormatTooNew);  // kind
  EXPECT_EQ(read_code_with(5, {4}), Code::kFormatTooNew);
  EXPECT_EQ(read_code_with(6, {2, 0}), Code::kFormatTooNew);  // flags
  EXPECT_EQ(read_code_with(7, {0x80}), Code::kFormatTooNew);
  EXPECT_EQ(read_code_with(36, {41, 0, 0, 0}), Code::kFormatTooNew);  // raw size: compressed
  EXPECT_EQ(read_code_with(44, {1, 2, 3, 4}), Code::kOk);             // reserved
}

TEST(FrameHeader, tells_that_a_body_is_compressed) {
  FrameHeader header = sample_header();
  header.raw_bytes = 5000;
  uint8_t bytes[kFrameHeaderBytes];
  write_frame_header(header, kSeed, kOffset, bytes);

  const FrameHeader read = read_frame_header(bytes, kSeed, kOffset).value();

  EXPECT_TRUE(read.compressed());
  EXPECT_EQ(read.body_bytes, 40U);
  EXPECT_EQ(read.raw_bytes, 5000U);
}

TEST(FrameHeader, refuses_what_would_need_more_memory_than_a_frame_has) {
  for (const uint32_t raw_bytes : {kCompressedRawBytesMax + 1, UINT32_MAX}) {
    FrameHeader header = sample_header();
    header.raw_bytes = raw_bytes;
    uint8_t bytes[kFrameHeaderBytes];
    write_frame_header(header, kSeed, kOffset, bytes);
    EXPECT_EQ(read_code(bytes, kSeed, kOffset), Code::kFormatTooNew);
  }
}

TEST(FrameBody, of_records_is_accepted_whole_only) {
  for (size_t count = 0; count < 5; ++count) {
    FrameHeader header;
    std::vector<uint64_t> numbers;
    for (size_t i = 0; i < count; ++i) numbers.push_back(10 + i * i);
    const std::vector<uint8_t> body = records_body(numbers, &header);

    EXPECT_TRUE(verify_frame_body(header, body).ok()) << count;
    for (size_t size = 0; size < body.size(); ++size) {
      const std::vector<uint8_t> cut = samples::exact_copy(ByteView(body).first(size));
      EXPECT_EQ(verify_frame_body(header, cut).code(), Code::kCorrupt);
      FrameHeader fitting = header;
      fitting.body_bytes = static_cast<uint32_t>(size);
      EXPECT_EQ(verify_frame_body(fitting, cut).code(), Code::kCorrupt);
    }
  }
}

TEST(FrameBody, detects_every_flipped_bit_but_those_of_the_padding) {
  FrameHeader header;
  const std::vector<uint8_t> body = records_body({1, 2}, &header);

  samples::with_each_bit_flipped(body, 0, body.size(), [&](ByteView flipped, size_t bit) {
    const bool padding = bit / 8 % 40 >= 37;
    EXPECT_EQ(verify_frame_body(header, flipped).ok(), padding) << "bit " << bit;
  });
}

TEST(FrameBody, detects_records_that_do_not_belong_there) {
  FrameHeader header;
  const std::vector<uint8_t> body = records_body({5, 6, 8}, &header);
  const auto code_with = [&](auto&& change) {
    FrameHeader changed = header;
    change(changed);
    return verify_frame_body(changed, body).code();
  };

  EXPECT_EQ(code_with([](FrameHeader&) {}), Code::kOk);
  EXPECT_EQ(code_with([](FrameHeader& changed) { changed.stream_id = 4; }), Code::kCorrupt);
  EXPECT_EQ(code_with([](FrameHeader& changed) { changed.record_count = 2; }), Code::kCorrupt);
  EXPECT_EQ(code_with([](FrameHeader& changed) { changed.first = 4; }), Code::kCorrupt);
  EXPECT_EQ(code_with([](FrameHeader& changed) { changed.last = 9; }), Code::kCorrupt);
  EXPECT_EQ(code_with([](FrameHeader& changed) { changed.body_crc ^= 1; }), Code::kCorrupt);
  EXPECT_EQ(verify_frame_body(header, {}).code(), Code::kCorrupt);
}

TEST(FrameBody, detects_records_out_of_order) {
  for (const std::vector<uint64_t>& numbers :
       {std::vector<uint64_t>{2, 1}, std::vector<uint64_t>{1, 1}, std::vector<uint64_t>{1, 3, 2}}) {
    FrameHeader header;
    const std::vector<uint8_t> body = records_body(numbers, &header);
    EXPECT_EQ(verify_frame_body(header, body).code(), Code::kCorrupt);
  }
}

TEST(FrameBody, of_operations_and_footers_is_checked_as_a_whole) {
  const std::vector<uint8_t> body = {1, 2, 3, 4, 5};
  for (const FrameKind kind : {FrameKind::kOperations, FrameKind::kFooter}) {
    FrameHeader header;
    header.kind = kind;
    header.body_bytes = 5;
    header.body_crc = crc32c(body);

    EXPECT_TRUE(verify_frame_body(header, body).ok());
    samples::with_each_bit_flipped(body, 0, body.size(), [&](ByteView flipped, size_t) {
      EXPECT_EQ(verify_frame_body(header, flipped).code(), Code::kCorrupt);
    });
  }
}

}  // namespace
}  // namespace weir::format
