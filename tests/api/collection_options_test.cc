#include "api/collection_options.h"

#include <gtest/gtest.h>

#include "tests/api/collection_fixture.h"

namespace weir::api {
namespace {

TEST_F(CollectionApiTest, options_of_a_put_are_checked) {
  const weir_status invalid = WEIR_E_INVALID_ARGUMENT;
  weir_put_options options = put_defaults();
  const auto put_with = [&](const weir_put_options* given) {
    return [=, this](weir_error* err) {
      return weir_collection_put(collection_, "a", "{}", 2, given, nullptr, err);
    };
  };
  options.mode = 3;
  expect_failure(invalid, "mode", put_with(&options));
  options = put_defaults();
  options.format = 2;
  expect_failure(invalid, "format", put_with(&options));
  options = put_defaults();
  options.ttl_ms = -1;
  expect_failure(invalid, "ttl_ms", put_with(&options));
  options = put_defaults();
  options.durability = 1;
  expect_failure(invalid, "durability", put_with(&options));
  options = put_defaults();
  options.expected_version = UINT64_MAX;
  expect_failure(invalid, "expected_version", put_with(&options));
  options = put_defaults();
  options.content_type = "text/plain";
  expect_failure(invalid, "content_type", put_with(&options));
  options = put_defaults();
  options.struct_size = 7;
  expect_failure(invalid, "", put_with(&options));
}

TEST_F(CollectionApiTest, options_of_a_search_and_a_removal_are_checked) {
  const weir_status invalid = WEIR_E_INVALID_ARGUMENT;
  weir_documents* documents = nullptr;
  weir_find_options find = {};
  EXPECT_EQ(weir_find_options_init(&find, sizeof find), WEIR_OK);
  for (const uint64_t wrong : {uint64_t{0}, uint64_t{100'001}}) {
    find.count_max = wrong;
    expect_failure(invalid, "count_max", [&](weir_error* err) {
      return weir_collection_find(collection_, nullptr, &find, &documents, nullptr, err);
    });
  }
  EXPECT_EQ(weir_find_options_init(&find, sizeof find), WEIR_OK);
  find.form = 2;
  expect_failure(invalid, "form", [&](weir_error* err) {
    return weir_collection_find(collection_, nullptr, &find, &documents, nullptr, err);
  });
  EXPECT_EQ(weir_find_options_init(&find, sizeof find), WEIR_OK);
  find.after = UINT64_MAX;
  expect_failure(invalid, "after", [&](weir_error* err) {
    return weir_collection_find(collection_, nullptr, &find, &documents, nullptr, err);
  });
  weir_remove_options remove = {};
  EXPECT_EQ(weir_remove_options_init(&remove, sizeof remove), WEIR_OK);
  remove.durability = 9;
  expect_failure(invalid, "durability", [&](weir_error* err) {
    return weir_collection_remove(collection_, "a", &remove, nullptr, err);
  });
}

TEST_F(CollectionApiTest, collection_options_are_set_by_name) {
  weir_collection_options options = {};
  EXPECT_EQ(weir_collection_options_init(&options, sizeof options), WEIR_OK);
  EXPECT_EQ(options.create, 1);
  EXPECT_EQ(weir_collection_options_set(&options, "kind", "memory", nullptr), WEIR_OK);
  EXPECT_EQ(weir_collection_options_set(&options, "save_interval_ms", "5s", nullptr), WEIR_OK);
  EXPECT_EQ(weir_collection_options_set(&options, "create", "false", nullptr), WEIR_OK);
  EXPECT_EQ(weir_collection_options_set(&options, "existing_kind", "1", nullptr), WEIR_OK);

  EXPECT_EQ(options.kind, static_cast<uint32_t>(WEIR_COLLECTION_MEMORY));
  EXPECT_EQ(options.save_interval_ms, 5000U);
  EXPECT_EQ(options.create, 0);
  EXPECT_EQ(options.existing_kind, 1);
  expect_failure(WEIR_E_INVALID_ARGUMENT, "nothing", [&](weir_error* err) {
    return weir_collection_options_set(&options, "nothing", "1", err);
  });
  expect_failure(WEIR_E_INVALID_ARGUMENT, "durable", [&](weir_error* err) {
    return weir_collection_options_set(&options, "kind", "x", err);
  });
}

}  // namespace
}  // namespace weir::api
