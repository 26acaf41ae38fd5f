#include "api/log_options.h"

#include "tests/api/log_fixture.h"

namespace weir::api {

namespace {

TEST(LogOptions, come_with_defaults_and_check_their_ranges) {
  weir_log_options options = {};
  ASSERT_EQ(weir_log_options_init(&options, sizeof options), WEIR_OK);
  ASSERT_TRUE(read_log_options(&options).ok());
  EXPECT_EQ(read_log_options(nullptr).value().retention.age_ms, options.retention_ms);
  const auto refused = [&](auto&& change, const std::string& part) {
    weir_log_options changed = options;
    change(changed);
    const Status status = read_log_options(&changed).status();
    EXPECT_EQ(status.code(), Code::kInvalidArgument);
    EXPECT_THAT(status.to_string(), ::testing::HasSubstr(part));
  };
  refused([](auto& o) { o.kind = 2; }, "kind");
  refused([](auto& o) { o.retention_ms = -1; }, "retention_ms");
  refused([](auto& o) { o.retention_ms = INT64_MAX; }, "retention_ms");
  refused([](auto& o) { o.retention_bytes = UINT64_MAX; }, "retention_bytes");
  refused([](auto& o) { o.retention_consumers = 3; }, "retention_consumers");
  refused([](auto& o) { o.create = 2; }, "create");
  refused([](auto& o) { o.existing_kind = 2; }, "existing_kind");
  refused([](auto& o) { o.reserved[1] = 1; }, "reserved");
  refused([](auto& o) { o.struct_size = 3; }, "struct_size");
}

TEST(LogOptions, are_set_from_text) {
  weir_log_options options = {};
  ASSERT_EQ(weir_log_options_init(&options, sizeof options), WEIR_OK);
  const auto set = [&](const char* name, const char* value) {
    return weir_log_options_set(&options, name, value, nullptr);
  };
  EXPECT_EQ(set("kind", "memory"), WEIR_OK);
  EXPECT_EQ(set("retention_ms", "90s"), WEIR_OK);
  EXPECT_EQ(options.retention_ms, 90'000);
  EXPECT_EQ(set("retention_ms", "5min"), WEIR_OK);
  EXPECT_EQ(options.retention_ms, 300'000);
  EXPECT_EQ(set("retention_ms", "2h"), WEIR_OK);
  EXPECT_EQ(options.retention_ms, 7'200'000);
  EXPECT_EQ(set("retention_ms", "0"), WEIR_OK);
  EXPECT_EQ(set("retention_ms", "9999999d"), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(set("retention_bytes", "2MiB"), WEIR_OK);
  EXPECT_EQ(options.retention_bytes, 2u << 20);
  EXPECT_EQ(set("retention_consumers", "drop_read"), WEIR_OK);
  EXPECT_EQ(set("retention_consumers", "all"), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(set("create", "false"), WEIR_OK);
  EXPECT_EQ(set("none", "1"), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(set(kNull, "1"), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(set("kind", kNull), WEIR_E_INVALID_ARGUMENT);
}

TEST(AppendOptions, check_their_ranges) {
  weir_append_options options = append_options();
  const auto refused = [&](auto&& change, Code code, const std::string& part) {
    weir_append_options changed = options;
    change(changed);
    const Status status = read_append_options(&changed, 2, true).status();
    EXPECT_EQ(status.code(), code);
    EXPECT_THAT(status.to_string(), ::testing::HasSubstr(part));
  };
  refused([](auto& o) { o.durability = 9; }, Code::kInvalidArgument, "durability");
  refused([](auto& o) { o.content_type = "\n"; }, Code::kInvalidArgument, "content_type");
  refused([](auto& o) { o.headers = not_a_handle_of<weir_headers>(); }, Code::kInvalidArgument,
          "headers");
  refused([](auto& o) { o.key_size = 1; }, Code::kInvalidArgument, "key");
  const std::string long_key(70'000, 'k');
  refused([&](auto& o) { o.key = long_key.data(), o.key_size = long_key.size(); }, Code::kTooLarge,
          "key");
  const uint32_t key_sizes[] = {70'000, 0};
  refused([&](auto& o) { o.key = "k", o.key_size = 1, o.key_sizes = key_sizes; }, Code::kTooLarge,
          "70000");
  refused([](auto& o) { o.time_ns = -5; }, Code::kInvalidArgument, "time_ns is -5");
  refused([](auto& o) { o.producer_sequence = 1; }, Code::kInvalidArgument, "producer_id");
  refused([](auto& o) { o.producer_id = 1; }, Code::kInvalidArgument, "producer_sequence");
  refused([](auto& o) { o.producer_id = 1, o.producer_sequence = INT64_MAX; },
          Code::kInvalidArgument, "producer_sequence");
}

TEST(ReaderOptions, check_their_ranges) {
  weir_reader_options options = {};
  ASSERT_EQ(weir_reader_options_init(&options, sizeof options), WEIR_OK);
  const auto refused = [&](auto&& change, const std::string& part) {
    weir_reader_options changed = options;
    change(changed);
    const Status status = read_reader_options(&changed).status();
    EXPECT_EQ(status.code(), Code::kInvalidArgument);
    EXPECT_THAT(status.to_string(), ::testing::HasSubstr(part));
  };
  refused([](auto& o) { o.place = 4; }, "place");
  refused([](auto& o) { o.place = WEIR_PLACE_OFFSET, o.place_value = -1; }, "offset");
  refused([](auto& o) { o.consumer = ""; }, "consumer");
  refused([](auto& o) { o.shared = 1; }, "consumer is NULL");
  refused([](auto& o) { o.shared = 2; }, "shared");
  refused([](auto& o) { o.create = 2; }, "create");
  refused([](auto& o) { o.reserved[0] = 1; }, "reserved");
  weir_read_options read = {};
  ASSERT_EQ(weir_read_options_init(&read, sizeof read), WEIR_OK);
  ASSERT_TRUE(read_read_options(&read).ok());
  read.count_max = 0;
  EXPECT_FALSE(read_read_options(&read).ok());
  read.count_max = 1'000'001;
  EXPECT_FALSE(read_read_options(&read).ok());
  read.count_max = 1;
  read.reserved = 1;
  EXPECT_FALSE(read_read_options(&read).ok());
  EXPECT_EQ(weir_read_options_init(kNull, 32), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(weir_reader_options_init(&options, 5), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(weir_append_options_init(kNull, 96), WEIR_E_INVALID_ARGUMENT);
}

}  // namespace

}  // namespace weir::api
