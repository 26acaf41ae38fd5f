#include <gtest/gtest.h>

#include "tests/api/collection_fixture.h"

namespace weir::api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(CollectionApiTest, json_goes_in_checked_and_comes_out_as_it_was) {
  put("a", R"(  {"name": "Alice", "n": 9007199254740993, "tags": ["x", {"y": null}]} )");

  EXPECT_EQ(get("a"), R"({"name":"Alice","n":9007199254740993,"tags":["x",{"y":null}]})");
  EXPECT_EQ(get("b"), "-");
  expect_failure(WEIR_E_INVALID_ARGUMENT, "\"a\"", [&](weir_error* err) {
    return weir_collection_put(collection_, "a", R"({"a":1,"a":2})", 13, nullptr, nullptr, err);
  });
  expect_failure(WEIR_E_INVALID_ARGUMENT, "", [&](weir_error* err) {
    return weir_collection_put(collection_, "a", "{\"a\":NaN}", 9, nullptr, nullptr, err);
  });
  expect_failure(WEIR_E_INVALID_ARGUMENT, "", [&](weir_error* err) {
    return weir_collection_put(collection_, "a", "[1]", 3, nullptr, nullptr, err);
  });
  EXPECT_EQ(weir_collection_put(collection_, "z", "", 0, nullptr, nullptr, nullptr),
            WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(get("z"), "-");
}

TEST_F(CollectionApiTest, conditions_have_outcomes_of_their_own) {
  weir_put_options insert = put_defaults();
  insert.mode = WEIR_PUT_INSERT;
  weir_put_options replace = put_defaults();
  replace.mode = WEIR_PUT_REPLACE;
  weir_error err = {};

  EXPECT_EQ(weir_collection_put(collection_, "a", "{}", 2, &replace, nullptr, &err),
            WEIR_NOT_FOUND);
  const uint64_t version = put("a", "{}", &insert);
  EXPECT_EQ(weir_collection_put(collection_, "a", "{}", 2, &insert, nullptr, &err), WEIR_CONFLICT);
  replace.expected_version = version + 1;
  EXPECT_EQ(weir_collection_put(collection_, "a", "{}", 2, &replace, nullptr, &err), WEIR_CONFLICT);
  EXPECT_EQ(err.status, 0);
  replace.expected_version = version;
  put("a", R"({"b":1})", &replace);
  weir_remove_options remove = {};
  EXPECT_EQ(weir_remove_options_init(&remove, sizeof remove), WEIR_OK);
  remove.expected_version = version;
  EXPECT_EQ(weir_collection_remove(collection_, "a", &remove, nullptr, nullptr), WEIR_CONFLICT);
  uint32_t level = 0;
  EXPECT_EQ(weir_collection_remove(collection_, "a", nullptr, &level, nullptr), WEIR_OK);
  EXPECT_EQ(level, static_cast<uint32_t>(WEIR_DURABILITY_MEMORY));
  EXPECT_EQ(weir_collection_remove(collection_, "a", nullptr, nullptr, nullptr), WEIR_NOT_FOUND);
}

TEST_F(CollectionApiTest, updates_merge_and_keep_the_rest) {
  put("a", R"({"name":"Alice","age":30,"address":{"city":"Paris","zip":1}})");
  const auto update = [&](const char* key, const std::string& patch) {
    return weir_collection_update(collection_, key, patch.data(), patch.size(), nullptr, nullptr,
                                  nullptr);
  };

  EXPECT_EQ(update("a", R"({"age":31,"address":{"zip":null},"new":[1]})"), WEIR_OK);
  EXPECT_EQ(get("a"), R"({"name":"Alice","age":31,"address":{"city":"Paris"},"new":[1]})");
  EXPECT_EQ(update("b", "{}"), WEIR_NOT_FOUND);
  EXPECT_EQ(update("a", "nonsense"), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(update("a", ""), WEIR_E_INVALID_ARGUMENT);
  const weir_put_options raw = bytes();
  put("raw", "x", &raw);
  EXPECT_EQ(update("raw", "{}"), WEIR_E_INVALID_ARGUMENT);
  weir_put_options stale = put_defaults();
  stale.expected_version = 1;
  EXPECT_EQ(weir_collection_update(collection_, "a", "{}", 2, &stale, nullptr, nullptr),
            WEIR_CONFLICT);
}

TEST_F(CollectionApiTest, generated_keys_are_told) {
  weir_put_result result = {};
  result.struct_size = sizeof result;

  ASSERT_EQ(weir_collection_insert(collection_, "{}", 2, nullptr, &result, nullptr), WEIR_OK);
  EXPECT_EQ(result.generated_key, 1U);
  EXPECT_EQ(get("1"), "{}");
  EXPECT_EQ(weir_collection_insert(collection_, "{}", 2, nullptr, kNull, nullptr),
            WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(weir_collection_insert(collection_, "x", 1, nullptr, &result, nullptr),
            WEIR_E_INVALID_ARGUMENT);
}

TEST_F(CollectionApiTest, many_at_once) {
  const std::string keys("a\0b\0c\0", 6);
  const std::string data = R"({"n":1}{"n":2}{"n":3})";
  const uint32_t sizes[] = {7, 7, 7};
  weir_put_result result = {};
  result.struct_size = sizeof result;
  weir_documents* documents = nullptr;
  uint64_t removed = 0;

  ASSERT_EQ(weir_collection_put_many(collection_, keys.data(), 6, data.data(), data.size(), sizes,
                                     3, nullptr, &result, nullptr),
            WEIR_OK);
  EXPECT_EQ(result.count, 3U);
  EXPECT_EQ(get("b"), R"({"n":2})");
  const std::string wanted("c\0x\0a\0", 6);
  ASSERT_EQ(weir_collection_get_many(collection_, wanted.data(), 6, 3, WEIR_READ_JSON, &documents,
                                     nullptr),
            WEIR_OK);
  EXPECT_EQ(data_of(documents, 0), R"({"n":3})");
  EXPECT_EQ(data_of(documents, 1), "(none)");
  EXPECT_STREQ(weir_documents_key(documents, 1), "x");
  EXPECT_EQ(weir_documents_version(documents, 1), 0U);
  EXPECT_EQ(data_of(documents, 2), R"({"n":1})");
  weir_documents_free(documents);
  ASSERT_EQ(
      weir_collection_remove_many(collection_, wanted.data(), 6, 3, 0, &removed, nullptr, nullptr),
      WEIR_OK);
  EXPECT_EQ(removed, 2U);
  EXPECT_EQ(
      weir_collection_remove_many(collection_, wanted.data(), 6, 3, 0, &removed, nullptr, nullptr),
      WEIR_NOT_FOUND);
  EXPECT_EQ(removed, 0U);
}

// Seed 003, mistake 5: with an index "alice" found nothing, and 30.0 did not find 30.
TEST_F(CollectionApiTest, an_index_never_changes_an_answer) {
  put("a", R"({"name":"Alice","age":30,"tags":["x","y"]})");
  put("b", R"({"name":"Bob","age":30.0,"tags":[]})");
  put("c", R"({"name":"alice","age":"30"})");
  const weir_put_options raw = bytes();
  put("d", "not JSON", &raw);
  const char* filters[] = {R"({"name":"Alice"})",
                           R"({"name":{"eq":"alice","fold":true}})",
                           R"({"age":30})",
                           R"({"age":30.0})",
                           R"({"age":{"gte":30}})",
                           R"({"tags":"x"})",
                           R"({"or":[{"tags":"y"},{"name":"Bob"}]})",
                           R"({"missing":1})"};
  std::vector<std::vector<std::string>> before;
  for (const char* filter : filters) {
    before.push_back(find(filter));
    EXPECT_EQ(count(filter), before.back().size()) << filter;
  }
  EXPECT_THAT(before[0], ElementsAre("a"));
  EXPECT_THAT(before[1], ElementsAre("a", "c"));
  EXPECT_THAT(before[2], ElementsAre("a", "b"));
  EXPECT_THAT(before[3], ElementsAre("a", "b"));
  EXPECT_THAT(before[5], ElementsAre("a"));
  EXPECT_THAT(before[6], ElementsAre("a", "b"));
  EXPECT_THAT(before[7], IsEmpty());
  EXPECT_EQ(find(nullptr).size(), 4U);

  for (const char* path : {"name", "age", "tags"}) {
    for (const uint8_t fold : {uint8_t{0}, uint8_t{1}})
      EXPECT_EQ(weir_collection_index_create(collection_, path, fold, nullptr), WEIR_OK);
  }
  for (size_t i = 0; i < std::size(filters); ++i) {
    EXPECT_EQ(find(filters[i]), before[i]) << filters[i];
    EXPECT_EQ(count(filters[i]), before[i].size()) << filters[i];
  }
}

TEST_F(CollectionApiTest, pages_follow_each_other_and_tell_when_there_is_no_more) {
  for (int i = 0; i < 12; ++i) {
    const std::string key = std::to_string(i);
    put(key.c_str(), i % 2 == 0 ? R"({"even":true})" : R"({"even":false})");
  }
  for (const bool indexed : {false, true}) {
    if (indexed) {
      EXPECT_EQ(weir_collection_index_create(collection_, "even", 0, nullptr), WEIR_OK);
    }
    uint64_t next = 1;
    EXPECT_THAT(find(R"({"even":true})", 4, 0, &next), ElementsAre("0", "2", "4", "6"));
    EXPECT_NE(next, 0U);
    EXPECT_THAT(find(R"({"even":true})", 4, next, &next), ElementsAre("8", "10"));
    EXPECT_EQ(next, 0U);
    // Seed 003, mistake 7: limit = total said that there was more.
    EXPECT_EQ(find(R"({"even":true})", 6, 0, &next).size(), 6U);
    EXPECT_EQ(next, 0U);
    EXPECT_EQ(find(R"({"even":true})", 5, 0, &next).size(), 5U);
    EXPECT_NE(next, 0U);
    EXPECT_EQ(find(nullptr, 12, 0, &next).size(), 12U);
    EXPECT_EQ(next, 0U);
    EXPECT_THAT(find(R"({"even":1})", 5, 0, &next), IsEmpty());
  }
}

TEST_F(CollectionApiTest, a_cursor_walks_through_what_matches) {
  for (int i = 0; i < 100; ++i) {
    const std::string key = std::to_string(i);
    put(key.c_str(), "{\"n\":" + key + "}");
  }
  weir_cursor* cursor = nullptr;
  ASSERT_EQ(weir_cursor_open(collection_, R"({"n":{"gte":90}})", WEIR_READ_JSON, &cursor, nullptr),
            WEIR_OK);
  EXPECT_EQ(weir_collection_remove(collection_, "95", nullptr, nullptr, nullptr), WEIR_OK);
  size_t seen = 0;
  weir_documents* documents = nullptr;
  weir_status status = WEIR_OK;
  while ((status = weir_cursor_next(cursor, 3, 1 << 20, &documents, nullptr)) == WEIR_OK) {
    for (size_t i = 0; i < weir_documents_count(documents); ++i, ++seen)
      EXPECT_EQ(data_of(documents, i), "{\"n\":" + std::to_string(90 + seen) + "}");
    weir_documents_free(documents);
  }
  EXPECT_EQ(status, WEIR_END);
  EXPECT_EQ(documents, nullptr);
  EXPECT_EQ(seen, 10U);
  EXPECT_EQ(weir_cursor_next(cursor, 0, 1, &documents, nullptr), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(weir_cursor_next(cursor, 100'001, 1, &documents, nullptr), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(weir_cursor_next(cursor, 1, 1, kNull, nullptr), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(weir_cursor_close(cursor, nullptr), WEIR_OK);
  EXPECT_EQ(weir_cursor_close(cursor, nullptr), WEIR_E_CLOSED);
  EXPECT_EQ(weir_cursor_next(cursor, 1, 1, &documents, nullptr), WEIR_E_CLOSED);
  EXPECT_EQ(weir_cursor_close(nullptr, nullptr), WEIR_OK);
  EXPECT_EQ(weir_cursor_close(not_a_handle_of<weir_cursor>(), nullptr), WEIR_E_INVALID_ARGUMENT);
}

TEST_F(CollectionApiTest, a_time_to_live_is_told_and_kept_by_updates) {
  weir_put_options options = put_defaults();
  options.ttl_ms = 1'000'000;
  put("a", R"({"n":1})", &options);
  const auto expiry = [&] {
    weir_documents* documents = nullptr;
    EXPECT_EQ(weir_collection_get(collection_, "a", WEIR_READ_JSON, &documents, nullptr), WEIR_OK);
    const int64_t left =
        weir_documents_expires_at(documents, 0) - weir_documents_written_at(documents, 0);
    weir_documents_free(documents);
    return left;
  };

  EXPECT_EQ(expiry(), 1'000'000'000'000);
  EXPECT_EQ(weir_collection_update(collection_, "a", R"({"n":2})", 7, nullptr, nullptr, nullptr),
            WEIR_OK);
  EXPECT_GT(expiry(), 900'000'000'000);
  EXPECT_LE(expiry(), 1'000'000'000'000);
  put("a", R"({"n":1})");
  EXPECT_LT(expiry(), 0);
}

TEST_F(CollectionApiTest, hostile_arguments_of_reads_and_writes) {
  const std::string long_key(1025, 'k');
  weir_put_result result = {};
  weir_documents* documents = nullptr;
  const weir_status invalid = WEIR_E_INVALID_ARGUMENT;

  for (const char* key :
       {"", long_key.c_str(), "\x01", "\xff", static_cast<const char*>(nullptr)}) {
    expect_failure(invalid, "key", [&](weir_error* err) {
      return weir_collection_put(collection_, key, "{}", 2, nullptr, nullptr, err);
    });
    EXPECT_EQ(weir_collection_get(collection_, key, 0, &documents, nullptr), invalid);
    EXPECT_EQ(weir_collection_remove(collection_, key, nullptr, nullptr, nullptr), invalid);
    EXPECT_EQ(weir_collection_update(collection_, key, "{}", 2, nullptr, nullptr, nullptr),
              invalid);
  }
  expect_failure(invalid, "data", [&](weir_error* err) {
    return weir_collection_put(collection_, "a", nullptr, 1, nullptr, nullptr, err);
  });
  result.struct_size = 3;
  expect_failure(invalid, "", [&](weir_error* err) {
    return weir_collection_put(collection_, "a", "{}", 2, nullptr, &result, err);
  });
  expect_failure(invalid, "form", [&](weir_error* err) {
    return weir_collection_get(collection_, "a", 2, &documents, err);
  });
  EXPECT_EQ(weir_collection_get(collection_, "a", 0, kNull, nullptr), invalid);
  EXPECT_EQ(weir_collection_get_many(collection_, "a", 2, 1, 2, &documents, nullptr), invalid);
  EXPECT_EQ(weir_collection_remove_many(collection_, "a", 2, 1, 7, nullptr, nullptr, nullptr),
            invalid);
  EXPECT_EQ(weir_collection_count(collection_, "nonsense", &result.version, nullptr), invalid);
  EXPECT_EQ(weir_collection_count(collection_, nullptr, kNull, nullptr), invalid);
  EXPECT_EQ(weir_collection_find(collection_, "{\"a\":{\"zz\":1}}", nullptr, &documents, nullptr,
                                 nullptr),
            invalid);
  weir_cursor* cursor = nullptr;
  EXPECT_EQ(weir_cursor_open(collection_, "[", 0, &cursor, nullptr), invalid);
  EXPECT_EQ(weir_cursor_open(collection_, nullptr, 9, &cursor, nullptr), invalid);
  EXPECT_EQ(weir_cursor_open(collection_, nullptr, 0, kNull, nullptr), invalid);
  EXPECT_EQ(count(), 0U);
}

}  // namespace
}  // namespace weir::api
