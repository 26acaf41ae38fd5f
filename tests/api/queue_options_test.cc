#include "api/queue_options.h"

#include "api/shells.h"
#include "tests/api/fixture.h"

namespace weir::api {
namespace {

using ::testing::HasSubstr;

template <typename Options>
Options initialized(weir_status (*init)(Options*, size_t) noexcept) {
  Options options = {};
  EXPECT_EQ(init(&options, sizeof options), WEIR_OK);
  return options;
}

std::string refusal(const weir_push_options& options, size_t count = 1) {
  auto read = read_push_options(&options, count);
  EXPECT_EQ(read.status().code(), Code::kInvalidArgument);
  return read.status().to_string();
}

TEST(QueueOptions, the_defaults_are_those_of_the_engine) {
  const auto open = initialized(&weir_queue_options_init);
  const auto push = initialized(&weir_push_options_init);
  const auto pop = initialized(&weir_pop_options_init);

  EXPECT_EQ(open.struct_size, sizeof open);
  EXPECT_EQ(open.kind, static_cast<uint32_t>(WEIR_QUEUE_DURABLE));
  EXPECT_EQ(open.create, 1);
  EXPECT_EQ(open.existing_kind, 0);
  EXPECT_EQ(push.durability, static_cast<uint32_t>(WEIR_DURABILITY_DEFAULT));
  EXPECT_EQ(push.timeout_ms, 0);
  EXPECT_EQ(push.headers, nullptr);
  EXPECT_EQ(pop.bytes_max, 1U << 20);
  EXPECT_EQ(pop.lease_ms, 0);
  EXPECT_EQ(pop.acknowledge, 0);
  EXPECT_EQ(read_pop_options(&pop).value().bytes_max, read_pop_options(nullptr).value().bytes_max);
}

TEST(QueueOptions, every_field_arrives) {
  auto push = initialized(&weir_push_options_init);
  push.durability = WEIR_DURABILITY_ASYNC;
  push.timeout_ms = -5;
  push.content_type = "text/plain";
  push.producer_id = UINT64_MAX;
  push.producer_sequence = 9;
  auto pop = initialized(&weir_pop_options_init);
  pop.durability = WEIR_DURABILITY_SYNC;
  pop.timeout_ms = 7;
  pop.lease_ms = 8;
  pop.bytes_max = 9;
  pop.acknowledge = 1;
  auto open = initialized(&weir_queue_options_init);
  open.kind = WEIR_QUEUE_MEMORY;
  open.create = 0;
  open.existing_kind = 1;

  const auto pushed = read_push_options(&push, 1).value();
  EXPECT_EQ(pushed.durability, store::Durability::kAsync);
  EXPECT_EQ(pushed.timeout_ms, -5);
  EXPECT_EQ(pushed.content_type, "text/plain");
  EXPECT_EQ(pushed.producer_id, UINT64_MAX);
  EXPECT_EQ(pushed.producer_sequence, 9U);
  const auto popped = read_pop_options(&pop).value();
  EXPECT_EQ(popped.durability, store::Durability::kSync);
  EXPECT_EQ(popped.timeout_ms, 7);
  EXPECT_EQ(popped.lease_ms, 8);
  EXPECT_EQ(popped.bytes_max, 9U);
  EXPECT_TRUE(popped.acknowledge);
  const auto opened = read_queue_options(&open).value();
  EXPECT_EQ(opened.kind, queue::Kind::kMemory);
  EXPECT_FALSE(opened.create);
  EXPECT_TRUE(opened.existing_kind);
}

TEST(QueueOptions, headers_are_lent_and_must_be_alive) {
  weir_headers* headers = nullptr;
  EXPECT_EQ(weir_headers_create(&headers, nullptr), WEIR_OK);
  EXPECT_EQ(weir_headers_set(headers, "a", "1", 1, nullptr), WEIR_OK);
  auto push = initialized(&weir_push_options_init);
  push.headers = headers;

  EXPECT_EQ(read_push_options(&push, 1).value().headers->at(0).second, "1");
  weir_headers_free(headers);
  EXPECT_EQ(read_push_options(&push, 1).status().code(), Code::kClosed);
  push.headers = not_a_handle_of<weir_headers>();
  EXPECT_THAT(refusal(push), HasSubstr("headers is no handle of a weir_headers"));
}

TEST(QueueOptions, push_values_out_of_range_are_named) {
  const auto good = initialized(&weir_push_options_init);
  const std::string longest(255, 'c');
  const std::string too_long(256, 'c');
  auto push = good;
  push.content_type = longest.c_str();
  EXPECT_TRUE(read_push_options(&push, 1).ok());

  push.content_type = too_long.c_str();
  EXPECT_THAT(refusal(push), HasSubstr("content_type \"ccc"));
  push.content_type = "text/\x01";
  EXPECT_THAT(refusal(push), HasSubstr("control character"));
  push = good;
  push.durability = WEIR_DURABILITY_MEMORY;
  EXPECT_THAT(refusal(push), HasSubstr("durability is 1"));
  push = good;
  push.producer_sequence = 1;
  EXPECT_THAT(refusal(push), HasSubstr("producer_id is 0"));
  push = good;
  push.producer_id = 1;
  EXPECT_THAT(refusal(push), HasSubstr("producer_sequence is 0; it goes from 1 to"));
  push.producer_sequence = INT64_MAX;
  EXPECT_TRUE(read_push_options(&push, 1).ok());
  EXPECT_THAT(refusal(push, 2), HasSubstr("producer_sequence is 9223372036854775807"));
  push = good;
  push.struct_size = 4;
  EXPECT_THAT(refusal(push), HasSubstr("push_options.struct_size is 4"));
}

TEST(QueueOptions, pop_and_open_values_out_of_range_are_named) {
  const auto pop_refusal = [](auto change) {
    auto options = initialized(&weir_pop_options_init);
    change(&options);
    return read_pop_options(&options).status().to_string();
  };
  const auto open_refusal = [](auto change) {
    auto options = initialized(&weir_queue_options_init);
    change(&options);
    return read_queue_options(&options).status().to_string();
  };

  EXPECT_THAT(pop_refusal([](auto* o) { o->lease_ms = -1; }), HasSubstr("lease_ms is -1"));
  EXPECT_THAT(pop_refusal([](auto* o) { o->lease_ms = 315'360'000'001; }),
              HasSubstr("lease_ms is 315360000001; it goes from 0 to 315360000000"));
  EXPECT_THAT(pop_refusal([](auto* o) { o->acknowledge = 2; }), HasSubstr("acknowledge is 2"));
  EXPECT_THAT(pop_refusal([](auto* o) { o->reserved[6] = 1; }), HasSubstr("reserved is not zero"));
  EXPECT_THAT(pop_refusal([](auto* o) { o->durability = 9; }), HasSubstr("durability is 9"));
  EXPECT_THAT(pop_refusal([](auto* o) { o->struct_size = 0; }), HasSubstr("struct_size is 0"));
  EXPECT_THAT(open_refusal([](auto* o) { o->kind = 2; }), HasSubstr("kind is 2"));
  EXPECT_THAT(open_refusal([](auto* o) { o->create = 255; }), HasSubstr("create is 255"));
  EXPECT_THAT(open_refusal([](auto* o) { o->existing_kind = 2; }), HasSubstr("existing_kind is 2"));
  EXPECT_THAT(open_refusal([](auto* o) { o->reserved[0] = 1; }), HasSubstr("reserved is not zero"));
}

TEST(QueueOptions, can_be_set_by_name) {
  auto options = initialized(&weir_queue_options_init);

  EXPECT_EQ(weir_queue_options_set(&options, "kind", "memory", nullptr), WEIR_OK);
  EXPECT_EQ(weir_queue_options_set(&options, "create", "0", nullptr), WEIR_OK);
  EXPECT_EQ(weir_queue_options_set(&options, "existing_kind", "true", nullptr), WEIR_OK);

  EXPECT_EQ(options.kind, static_cast<uint32_t>(WEIR_QUEUE_MEMORY));
  EXPECT_EQ(options.create, 0);
  EXPECT_EQ(options.existing_kind, 1);
  expect_failure(WEIR_E_INVALID_ARGUMENT, "durable or memory", [&](weir_error* err) {
    return weir_queue_options_set(&options, "kind", "disk", err);
  });
}

}  // namespace
}  // namespace weir::api
