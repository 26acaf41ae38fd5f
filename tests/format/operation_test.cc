#include "format/operation.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/format/samples.h"

namespace weir::format {
namespace {

const std::vector<uint8_t> kValue = {0x00, 0xFF};

// One of each kind.
std::vector<Operation> all_kinds() {
  std::vector<Operation> all(6);
  for (size_t i = 0; i < all.size(); ++i) {
    all[i].kind = static_cast<OperationKind>(i + 1);
    all[i].stream_id = 5;
  }
  all[0].engine = 1;
  all[0].stream_kind = 1;
  all[0].key = "frames";
  all[2].first = 10;
  all[2].last = 20;
  all[3].first = 1000;
  all[4].first = 21;
  all[4].last = 99;
  all[5].key = "key";
  all[5].value = kValue;
  return all;
}

std::vector<uint8_t> bytes_of(const Operation& operation) {
  std::vector<uint8_t> bytes;
  append_operation(operation, &bytes);
  return bytes;
}

// How many operations can be read; -1 when the end is no proper end.
int count_of(ByteView bytes) {
  OperationReader reader(bytes);
  Operation operation;
  int count = 0;
  while (reader.next(&operation)) ++count;
  return reader.bad() ? -1 : count;
}

TEST(Operation, has_the_pinned_bytes) {
  const char* const expected[] = {
      "2600000001010100050000000600000000000000000000000000000000000000"
      "6672616d65730000",
      "2000000002000000050000000000000000000000000000000000000000000000",
      "200000000300000005000000000000000a000000000000001400000000000000",
      "20000000040000000500000000000000e8030000000000000000000000000000",
      "2000000005000000050000000000000015000000000000006300000000000000",
      "2500000006000000050000000300000000000000000000000000000000000000"
      "6b657900ff000000",
  };

  const std::vector<Operation> all = all_kinds();

  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(samples::to_hex(bytes_of(all[i])), expected[i]) << "kind " << i + 1;
  }
}

TEST(OperationReader, gives_back_what_was_appended) {
  Prng prng(8);
  for (int round = 0; round < 500; ++round) {
    std::vector<std::string> texts;
    for (int i = 0; i < 20; ++i) texts.push_back(samples::random_text(prng, 1 + prng.below(255)));
    std::vector<Operation> written;
    std::vector<uint8_t> bytes;
    for (uint64_t left = prng.below(10); left != 0; --left) {
      Operation operation = all_kinds()[prng.below(6)];
      operation.stream_id = static_cast<uint32_t>(prng.next());
      operation.first = samples::random_number(prng) & kNumberMax;
      operation.last = std::max(operation.first, samples::random_number(prng) & kNumberMax);
      if (!operation.key.empty()) operation.key = texts[prng.below(10)];
      if (!operation.value.empty()) operation.value = as_bytes(texts[10 + prng.below(10)]);
      written.push_back(operation);
      append_operation(operation, &bytes);
    }

    OperationReader reader(bytes);

    Operation read;
    for (const Operation& operation : written) {
      ASSERT_TRUE(reader.next(&read));
      EXPECT_EQ(read.kind, operation.kind);
      EXPECT_EQ(read.stream_id, operation.stream_id);
      EXPECT_EQ(read.first, operation.first);
      EXPECT_EQ(read.last, operation.last);
      EXPECT_EQ(read.engine, operation.engine);
      EXPECT_EQ(read.stream_kind, operation.stream_kind);
      EXPECT_EQ(read.key, operation.key);
      EXPECT_TRUE(std::ranges::equal(read.value, operation.value));
    }
    EXPECT_FALSE(reader.next(&read));
    EXPECT_FALSE(reader.bad());
  }
}

TEST(OperationReader, detects_a_cut_at_every_byte) {
  for (const Operation& operation : all_kinds()) {
    const std::vector<uint8_t> bytes = bytes_of(operation);
    EXPECT_EQ(count_of(bytes), 1);
    for (size_t size = 1; size < bytes.size(); ++size) {
      EXPECT_EQ(count_of(samples::exact_copy(ByteView(bytes).first(size))), -1) << size;
    }
  }
  EXPECT_EQ(count_of({}), 0);
}

TEST(OperationReader, refuses_bad_lengths) {
  const std::vector<uint8_t> good = bytes_of(all_kinds()[5]);
  for (const uint32_t size : {0u, 1u, 31u, 34u, 41u, 48u, UINT32_MAX, UINT32_MAX - 6}) {
    std::vector<uint8_t> bytes = good;
    store_little(bytes.data(), size);
    EXPECT_EQ(count_of(bytes), -1) << "size " << size;
  }
  for (const uint32_t size : {6u, 9u, UINT32_MAX, UINT32_MAX - 31}) {
    std::vector<uint8_t> bytes = good;
    store_little(bytes.data() + 12, size);
    EXPECT_EQ(count_of(bytes), -1) << "key of " << size;
  }
}

TEST(OperationReader, refuses_unknown_kinds) {
  for (const uint8_t kind : {uint8_t{0}, uint8_t{7}, uint8_t{255}}) {
    std::vector<uint8_t> bytes = bytes_of(all_kinds()[1]);
    bytes[4] = kind;
    EXPECT_EQ(count_of(bytes), -1);
  }
}

TEST(OperationReader, refuses_values_out_of_range) {
  const auto count_with = [](size_t operation, size_t at, uint64_t value) {
    std::vector<uint8_t> bytes = bytes_of(all_kinds()[operation]);
    store_little(bytes.data() + at, value);
    return count_of(bytes);
  };

  for (const size_t operation : {size_t{2}, size_t{4}}) {
    EXPECT_EQ(count_with(operation, 16, 100), -1);  // first above last
    EXPECT_EQ(count_with(operation, 24, kNumberMax), 1);
    EXPECT_EQ(count_with(operation, 24, kNumberMax + 1), -1);
    EXPECT_EQ(count_with(operation, 24, UINT64_MAX), -1);
  }
  EXPECT_EQ(count_with(3, 16, kNumberMax), 1);
  EXPECT_EQ(count_with(3, 16, UINT64_MAX), -1);
}

TEST(OperationReader, refuses_a_stream_without_a_proper_name_or_kind) {
  std::vector<uint8_t> nameless = bytes_of(all_kinds()[0]);
  store_little(nameless.data() + 12, uint32_t{0});
  std::vector<uint8_t> bad_engine = bytes_of(all_kinds()[0]);
  bad_engine[5] = kEngineMax + 1;
  std::vector<uint8_t> bad_kind = bytes_of(all_kinds()[0]);
  bad_kind[6] = kStreamKindMax + 1;

  EXPECT_EQ(count_of(nameless), -1);
  EXPECT_EQ(count_of(bad_engine), -1);
  EXPECT_EQ(count_of(bad_kind), -1);
}

TEST(Operation, that_could_not_be_read_again_is_not_written) {
  const std::string name(256, 'n');
  Operation long_name = all_kinds()[0];
  long_name.key = name;
  Operation backwards = all_kinds()[2];
  backwards.last = backwards.first - 1;
  std::vector<uint8_t> bytes;

  EXPECT_BROKEN_INVARIANT(append_operation(long_name, &bytes));
  EXPECT_BROKEN_INVARIANT(append_operation(backwards, &bytes));
}

TEST(OperationReader, survives_random_and_mutated_bytes) {
  Prng prng(9);
  std::vector<uint8_t> good;
  for (const Operation& operation : all_kinds()) append_operation(operation, &good);
  for (int round = 0; round < 20000; ++round) {
    const std::vector<uint8_t> bytes =
        samples::exact_copy(prng.one_in(2) ? samples::mutated(prng, good)
                                           : samples::random_bytes(prng, prng.below(200)));
    OperationReader reader(bytes);
    Operation operation;
    while (reader.next(&operation)) {
      if (operation.kind == OperationKind::kDead || operation.kind == OperationKind::kGap) {
        EXPECT_LE(operation.first, operation.last);
        EXPECT_LE(operation.last, kNumberMax);
      }
    }
  }
}

}  // namespace
}  // namespace weir::format
