#include "api/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace weir::api {
namespace {

using ::testing::HasSubstr;

struct Sample {
  uint32_t struct_size;
  uint32_t count;
  uint64_t bytes;
  uint32_t time_ms;
  uint32_t choice;
  uint8_t flag;
  uint8_t reserved[7];
};
constexpr Sample kDefaults = {sizeof(Sample), 5, 1 << 20, 100, 2, 1, {}};

constexpr Choice kChoices[] = {{"async", 2}, {"sync", 3}};
constexpr Field kFields[] = {
    {"count", FieldType::kCount, offsetof(Sample, count), {1, 1000}},
    {"bytes", FieldType::kBytes, offsetof(Sample, bytes), {1 << 10, 1ull << 40}},
    {"time_ms", FieldType::kMilliseconds, offsetof(Sample, time_ms), {1, 60'000}},
    {"choice", FieldType::kChoice, offsetof(Sample, choice), {0, 0}, kChoices},
    {"flag", FieldType::kFlag, offsetof(Sample, flag)},
};

Status set(Sample* sample, const char* name, const char* value) {
  return set_field("sample", sample, sizeof(Sample), kFields, name, value);
}

// A caller whose header has more fields than ours.
struct Longer {
  Sample known;
  uint64_t unknown[3];
};

TEST(Options, null_takes_the_defaults) {
  Sample sample = kDefaults;

  EXPECT_TRUE(read_struct<Sample>("sample", nullptr, &sample).ok());

  EXPECT_EQ(sample.count, 5U);
}

TEST(Options, a_shorter_struct_takes_the_defaults_for_the_rest) {
  Sample given = {16, 7, 4096, 1, 3, 0, {}};
  Sample sample = kDefaults;

  EXPECT_TRUE(read_struct("sample", &given, &sample).ok());

  EXPECT_EQ(sample.count, 7U);
  EXPECT_EQ(sample.bytes, 4096U);
  EXPECT_EQ(sample.time_ms, 100U);
  EXPECT_EQ(sample.flag, 1U);
}

TEST(Options, a_longer_struct_must_end_in_zeros) {
  Longer given = {kDefaults, {}};
  given.known.struct_size = sizeof given;
  given.known.count = 9;
  Sample sample = kDefaults;

  EXPECT_TRUE(read_struct("sample", &given.known, &sample).ok());
  EXPECT_EQ(sample.count, 9U);
  given.unknown[2] = 1;
  const Status refused = read_struct("sample", &given.known, &sample);

  EXPECT_EQ(refused.code(), Code::kUnsupported);
  EXPECT_THAT(refused.to_string(), HasSubstr("last 24 bytes"));
}

TEST(Options, refuses_sizes_that_no_struct_has) {
  for (const uint32_t size : {0U, 1U, 7U, 4097U, UINT32_MAX}) {
    Sample given = kDefaults;
    given.struct_size = size;
    Sample sample = kDefaults;

    const Status refused = read_struct("sample", &given, &sample);

    EXPECT_EQ(refused.code(), Code::kInvalidArgument);
    EXPECT_THAT(refused.to_string(), HasSubstr("sample.struct_size is " + std::to_string(size)));
    EXPECT_FALSE(check_out_struct("sample", &given).ok());
  }
}

TEST(Options, an_output_is_written_as_far_as_the_caller_knows_it) {
  Longer out = {};
  std::memset(&out, 0xEE, sizeof out);
  out.known.struct_size = 16;

  write_struct(&out.known, kDefaults);
  EXPECT_EQ(out.known.struct_size, 16U);
  EXPECT_EQ(out.known.count, 5U);
  EXPECT_EQ(out.known.bytes, 1U << 20);
  EXPECT_EQ(out.known.time_ms, 0xEEEEEEEEU);

  out.known.struct_size = sizeof out;
  write_struct(&out.known, kDefaults);
  EXPECT_EQ(out.known.struct_size, sizeof out);
  EXPECT_EQ(out.known.time_ms, 100U);
  EXPECT_EQ(out.unknown[0], 0U);
  EXPECT_EQ(out.unknown[2], 0U);
}

TEST(Options, init_serves_every_version_of_a_struct) {
  Longer out = {};
  std::memset(&out, 0xEE, sizeof out);

  EXPECT_TRUE(init_struct(&out.known, 8, kDefaults).ok());
  EXPECT_EQ(out.known.struct_size, 8U);
  EXPECT_EQ(out.known.bytes, 0xEEEEEEEEEEEEEEEEU);
  EXPECT_TRUE(init_struct(&out.known, sizeof out, kDefaults).ok());
  EXPECT_EQ(out.known.struct_size, sizeof out);
  EXPECT_EQ(out.unknown[2], 0U);
  EXPECT_FALSE(init_struct<Sample>(nullptr, sizeof(Sample), kDefaults).ok());
  EXPECT_FALSE(init_struct(&out.known, 7, kDefaults).ok());
  EXPECT_FALSE(init_struct(&out.known, 4097, kDefaults).ok());
  EXPECT_FALSE(init_struct(&out.known, SIZE_MAX, kDefaults).ok());
}

TEST(Options, sets_each_type_by_name) {
  Sample sample = kDefaults;

  EXPECT_TRUE(set(&sample, "count", "1000").ok());
  EXPECT_TRUE(set(&sample, "bytes", "64MiB").ok());
  EXPECT_TRUE(set(&sample, "time_ms", "2s").ok());
  EXPECT_TRUE(set(&sample, "choice", "sync").ok());
  EXPECT_TRUE(set(&sample, "flag", "false").ok());

  EXPECT_EQ(sample.count, 1000U);
  EXPECT_EQ(sample.bytes, 64U << 20);
  EXPECT_EQ(sample.time_ms, 2000U);
  EXPECT_EQ(sample.choice, 3U);
  EXPECT_EQ(sample.flag, 0U);
  EXPECT_EQ(sample.reserved[0], 0U);
}

TEST(Options, understands_suffixes) {
  Sample sample = kDefaults;
  const auto bytes = [&](const char* value) {
    EXPECT_TRUE(set(&sample, "bytes", value).ok()) << value;
    return sample.bytes;
  };

  EXPECT_EQ(bytes("1024"), 1024U);
  EXPECT_EQ(bytes("1KiB"), 1024U);
  EXPECT_EQ(bytes("3MiB"), 3U << 20);
  EXPECT_EQ(bytes("2GiB"), 2ull << 30);
  EXPECT_EQ(bytes("1TiB"), 1ull << 40);
  EXPECT_TRUE(set(&sample, "time_ms", "250ms").ok());
  EXPECT_EQ(sample.time_ms, 250U);
}

TEST(Options, refuses_values_and_says_what_is_right) {
  const auto refusal = [](const char* name, const char* value) {
    Sample sample = kDefaults;
    const Status refused = set(&sample, name, value);
    EXPECT_EQ(refused.code(), Code::kInvalidArgument) << name << "=" << value;
    EXPECT_EQ(std::memcmp(&sample, &kDefaults, sizeof sample), 0) << name << "=" << value;
    return refused.to_string();
  };

  for (const char* bad : {"", "x", "-1", "+5", " 64", "64 ", "0x40", "64mb", "64MiBs", "MiB", "1.5",
                          "18446744073709551616", "99999999999TiB", "1023", "2TiB"}) {
    EXPECT_THAT(refusal("bytes", bad), HasSubstr("from 1024 to 1099511627776"));
  }
  EXPECT_THAT(refusal("bytes", "64mb"), HasSubstr("bytes is \"64mb\""));
  EXPECT_THAT(refusal("count", "1KiB"), HasSubstr("a number from 1 to 1000"));
  EXPECT_THAT(refusal("count", "1001"), HasSubstr("a number from 1 to 1000"));
  EXPECT_THAT(refusal("time_ms", "61s"), HasSubstr("from 1 to 60000 ms"));
  EXPECT_THAT(refusal("time_ms", "1m"), HasSubstr("ms, s or nothing"));
  EXPECT_THAT(refusal("choice", "fsync"), HasSubstr("async or sync"));
  EXPECT_THAT(refusal("flag", "2"), HasSubstr("0, 1, true or false"));
  EXPECT_THAT(refusal("colour", "red"), HasSubstr("no option \"colour\"; there are count, bytes"));
  EXPECT_THAT(refusal("", "red"), HasSubstr("no option \"\""));
  EXPECT_THAT(refusal("count\n", "1"), HasSubstr("no option \"count\\x0a\""));
  EXPECT_THAT(refusal(nullptr, "1"), HasSubstr("name is NULL"));
  EXPECT_THAT(refusal("count", nullptr), HasSubstr("value is NULL"));
  EXPECT_FALSE(set(nullptr, "count", "1").ok());
}

TEST(Options, does_not_write_behind_a_short_struct) {
  Sample sample = kDefaults;
  sample.struct_size = 16;

  EXPECT_TRUE(set(&sample, "bytes", "1KiB").ok());
  EXPECT_THAT(set(&sample, "time_ms", "1s").to_string(), HasSubstr("too small for time_ms"));

  EXPECT_EQ(sample.time_ms, 100U);
}

}  // namespace
}  // namespace weir::api
