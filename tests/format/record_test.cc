#include "format/record.h"

#include <gtest/gtest.h>

#include "tests/format/samples.h"

namespace weir::format {
namespace {

using samples::exact_copy;
using samples::to_hex;

static_assert(kRecordHeaderBytes == 32);
static_assert(record_bytes(0) == 32 && record_bytes(1) == 40 && record_bytes(8) == 40);
static_assert(record_bytes(UINT32_MAX) == 4'294'967'328);

void append_record(std::vector<uint8_t>* to, RecordHeader header, ByteView properties,
                   ByteView payload) {
  header.body_bytes = static_cast<uint32_t>(properties.size() + payload.size());
  header.properties_bytes = static_cast<uint32_t>(properties.size());
  const size_t at = to->size();
  to->resize(at + record_bytes(header.body_bytes));
  write_record_header(header, body_crc(properties, payload), to->data() + at);
  std::copy(properties.begin(), properties.end(), to->begin() + static_cast<long>(at) + 32);
  std::copy(payload.begin(), payload.end(),
            to->begin() + static_cast<long>(at + 32 + properties.size()));
}

std::vector<uint8_t> sample_record() {
  RecordHeader header;
  header.number = 7;
  header.time_ns = 1234567890123456789;
  header.stream_id = 3;
  std::vector<uint8_t> bytes;
  append_record(&bytes, header, as_bytes("pp"), as_bytes("hello"));
  return bytes;
}

bool reads_whole(ByteView bytes) {
  RecordReader reader(bytes, true);
  RecordView record;
  while (reader.next(&record)) {
  }
  return !reader.bad();
}

TEST(Record, has_the_pinned_bytes) {
  EXPECT_EQ(to_hex(sample_record()),
            "91796cd10700000007000000000000001581e97df41022110300000002000000"
            "707068656c6c6f00");
  EXPECT_EQ(body_crc(as_bytes("pp"), as_bytes("hello")), 0xF476A42Du);
  EXPECT_EQ(body_crc({}, {}), 0u);
}

TEST(Record, header_is_read_as_it_was_written) {
  Prng prng(1);
  for (int round = 0; round < 1000; ++round) {
    RecordHeader header;
    header.body_bytes = static_cast<uint32_t>(prng.next());
    header.number = samples::random_number(prng);
    header.time_ns = static_cast<int64_t>(prng.next());
    header.stream_id = static_cast<uint32_t>(prng.next());
    header.properties_bytes = static_cast<uint32_t>(prng.next());
    uint8_t bytes[kRecordHeaderBytes];

    const uint32_t crc = write_record_header(header, 5, bytes);

    const RecordHeader read = read_record_header(bytes);
    EXPECT_EQ(read.crc, crc);
    EXPECT_EQ(read.body_bytes, header.body_bytes);
    EXPECT_EQ(read.number, header.number);
    EXPECT_EQ(read.time_ns, header.time_ns);
    EXPECT_EQ(read.stream_id, header.stream_id);
    EXPECT_EQ(read.properties_bytes, header.properties_bytes);
  }
}

TEST(RecordReader, gives_back_what_was_appended) {
  Prng prng(2);
  for (int round = 0; round < 200; ++round) {
    std::vector<uint8_t> bytes;
    std::vector<std::pair<std::string, std::string>> bodies;
    for (uint64_t left = prng.below(8); left != 0; --left) {
      bodies.emplace_back(samples::random_text(prng, prng.below(3) == 0 ? prng.below(40) : 0),
                          samples::random_text(prng, prng.below(100)));
      RecordHeader header;
      header.number = bodies.size();
      append_record(&bytes, header, as_bytes(bodies.back().first), as_bytes(bodies.back().second));
    }

    RecordReader reader(bytes, true);

    RecordView record;
    for (const auto& [properties, payload] : bodies) {
      ASSERT_TRUE(reader.next(&record));
      EXPECT_EQ(as_text(record.properties), properties);
      EXPECT_EQ(as_text(record.payload), payload);
    }
    EXPECT_FALSE(reader.next(&record));
    EXPECT_FALSE(reader.bad());
  }
}

TEST(RecordReader, detects_every_flipped_bit_but_those_of_the_padding) {
  const std::vector<uint8_t> bytes = sample_record();
  const size_t used = 32 + 7;

  samples::with_each_bit_flipped(bytes, 0, used, [](ByteView flipped, size_t bit) {
    EXPECT_FALSE(reads_whole(flipped)) << "bit " << bit;
  });
  samples::with_each_bit_flipped(bytes, used, bytes.size(), [](ByteView flipped, size_t) {
    EXPECT_TRUE(reads_whole(flipped));
  });
}

TEST(RecordReader, detects_a_cut_at_every_byte) {
  const std::vector<uint8_t> bytes = sample_record();

  for (size_t size = 1; size < bytes.size(); ++size) {
    EXPECT_FALSE(reads_whole(exact_copy(ByteView(bytes).first(size)))) << size << " bytes";
  }
}

TEST(RecordReader, stays_bad_after_a_bad_record) {
  std::vector<uint8_t> bytes = sample_record();
  const std::vector<uint8_t> second = sample_record();
  bytes.insert(bytes.end(), second.begin(), second.end());
  bytes[0] ^= 1;
  RecordReader reader(bytes, true);
  RecordView record;

  EXPECT_FALSE(reader.next(&record));
  EXPECT_FALSE(reader.next(&record));
  EXPECT_TRUE(reader.bad());
}

TEST(RecordReader, refuses_hostile_sizes_with_and_without_checksums) {
  for (const bool verify : {false, true}) {
    for (const uint32_t size :
         {UINT32_MAX, UINT32_MAX - 7, uint32_t{kRecordBodyBytesMax} + 1, 41u}) {
      std::vector<uint8_t> bytes(72);
      store_little(bytes.data() + 4, size);
      RecordReader reader(bytes, verify);
      RecordView record;
      EXPECT_FALSE(reader.next(&record)) << size;
      EXPECT_TRUE(reader.bad());
    }
    std::vector<uint8_t> bytes(40);
    store_little(bytes.data() + 4, uint32_t{8});
    store_little(bytes.data() + 28, uint32_t{9});  // more properties than body
    RecordReader reader(bytes, verify);
    RecordView record;
    EXPECT_FALSE(reader.next(&record));
  }
}

TEST(RecordReader, refuses_zeros) {
  EXPECT_FALSE(reads_whole(std::vector<uint8_t>(32)));
  EXPECT_FALSE(reads_whole(std::vector<uint8_t>(4096)));
}

TEST(RecordCrcs, are_computed_again) {
  std::vector<uint8_t> body;
  for (uint64_t number = 1; number < 6; ++number) {
    RecordHeader header;
    header.number = number;
    header.body_bytes = 5;
    uint8_t bytes[record_bytes(5)] = {};
    write_record_header(header, body_crc({}, as_bytes("hello")), bytes);
    std::memcpy(bytes + kRecordHeaderBytes, "hello", 5);
    body.insert(body.end(), bytes, bytes + sizeof bytes);
  }
  std::vector<uint8_t> changed = body;

  clear_record_crcs(changed);
  EXPECT_EQ(load_little<uint32_t>(changed.data()), 0U);
  restore_record_crcs(changed);

  EXPECT_EQ(changed, body);
}

TEST(RecordCrcs, stop_at_what_is_no_record) {
  for (size_t size = 0; size < 80; ++size) {
    std::vector<uint8_t> noise(size, 0xFF);
    clear_record_crcs(noise);
    restore_record_crcs(noise);
    EXPECT_EQ(noise, std::vector<uint8_t>(size, 0xFF));
  }
}

}  // namespace
}  // namespace weir::format
