#include "api/buffer_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace weir::api {
namespace {

using ::testing::HasSubstr;

TEST(BufferOptions, defaults_are_those_of_the_engine) {
  weir_buffer_options options;
  ASSERT_EQ(weir_buffer_options_init(&options, sizeof options), WEIR_OK);
  const Result<buffer::Options> read = read_buffer_options(&options);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value(), buffer::Options());
  EXPECT_EQ(read_buffer_options(nullptr).value(), buffer::Options());
  EXPECT_EQ(weir_buffer_options_init(&options, 7), WEIR_E_INVALID_ARGUMENT);
}

TEST(BufferOptions, every_value_out_of_range_is_refused_by_name) {
  struct Case {
    const char* part;
    std::function<void(weir_buffer_options*)> spoil;
  };
  const Case cases[] = {
      {"tick_ms is 0; it goes from 1", [](auto* o) { o->tick_ms = 0; }},
      {"tick_ms is 60001", [](auto* o) { o->tick_ms = 60'001; }},
      {"expiry_ms is 0; it goes from 1", [](auto* o) { o->expiry_ms = 0; }},
      {"expiry_ms is -1", [](auto* o) { o->expiry_ms = -1; }},
      {"expiry_ms is 9223372036854775807", [](auto* o) { o->expiry_ms = INT64_MAX; }},
      {"bytes_max is", [](auto* o) { o->bytes_max = UINT64_MAX; }},
      {"items_max is", [](auto* o) { o->items_max = UINT64_MAX; }},
      {"policy is 2", [](auto* o) { o->policy = 2; }},
      {"events_max is", [](auto* o) { o->events_max = UINT32_MAX; }},
      {"snapshot is 2", [](auto* o) { o->snapshot = 2; }},
      {"reserved is not zero", [](auto* o) { o->reserved[6] = 1; }},
      {"struct_size is 3", [](auto* o) { o->struct_size = 3; }},
  };
  for (const Case& one : cases) {
    weir_buffer_options options;
    weir_buffer_options_init(&options, sizeof options);
    one.spoil(&options);
    const Result<buffer::Options> read = read_buffer_options(&options);
    EXPECT_EQ(read.status().code(), Code::kInvalidArgument) << one.part;
    EXPECT_THAT(std::string(read.status().message()), HasSubstr(one.part));
  }
}

TEST(BufferOptions, all_can_be_set_by_name) {
  weir_buffer_options options;
  weir_buffer_options_init(&options, sizeof options);
  const char* const settings[][2] = {
      {"tick_ms", "5ms"},  {"expiry_ms", "3600s"}, {"bytes_max", "2GiB"}, {"items_max", "5000000"},
      {"policy", "evict"}, {"events_max", "100"},  {"snapshot", "true"}};
  for (const auto& [name, value] : settings)
    EXPECT_EQ(weir_buffer_options_set(&options, name, value, nullptr), WEIR_OK) << name;
  const buffer::Options read = read_buffer_options(&options).take();
  EXPECT_EQ(read.tick_ms, 5U);
  EXPECT_EQ(read.expiry_ms, 3'600'000);
  EXPECT_EQ(read.bytes_max, 2ull << 30);
  EXPECT_EQ(read.items_max, 5'000'000U);
  EXPECT_EQ(read.policy, buffer::Policy::kEvict);
  EXPECT_EQ(read.events_max, 100U);
  EXPECT_TRUE(read.snapshot);
  weir_error err = {};
  for (const auto& [name, value] : {std::pair{"tick_ms", "0"},
                                    {"expiry_ms", "-5"},
                                    {"expiry_ms", "0"},
                                    {"policy", "drop"},
                                    {"what", "1"}}) {
    EXPECT_EQ(weir_buffer_options_set(&options, name, value, &err), WEIR_E_INVALID_ARGUMENT);
    EXPECT_THAT(std::string(err.message), HasSubstr(name));
  }
}

}  // namespace
}  // namespace weir::api
