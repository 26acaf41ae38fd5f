#include <gtest/gtest.h>

#include <thread>

#include "tests/api/collection_fixture.h"

namespace weir::api {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> take_names(weir_names* names) {
  std::vector<std::string> all;
  for (size_t i = 0; i < weir_names_count(names); ++i) all.emplace_back(weir_names_at(names, i));
  weir_names_free(names);
  return all;
}

TEST_F(CollectionApiTest, collections_are_listed_and_dropped) {
  weir_collection* other = open_collection(store_, "b");
  weir_names* names = nullptr;

  ASSERT_EQ(weir_collection_list(store_, &names, nullptr), WEIR_OK);
  EXPECT_THAT(take_names(names), ElementsAre("b", "c"));
  EXPECT_EQ(weir_collection_drop(store_, "b", nullptr), WEIR_OK);
  EXPECT_EQ(weir_collection_drop(store_, "b", nullptr), WEIR_NOT_FOUND);
  EXPECT_EQ(weir_collection_put(other, "a", "{}", 2, nullptr, nullptr, nullptr), WEIR_E_CLOSED);
  EXPECT_EQ(weir_collection_close(other, nullptr), WEIR_OK);
  EXPECT_EQ(weir_collection_close(other, nullptr), WEIR_E_CLOSED);
  EXPECT_EQ(weir_collection_close(nullptr, nullptr), WEIR_OK);
}

TEST_F(CollectionApiTest, hostile_arguments_of_handles) {
  const weir_status invalid = WEIR_E_INVALID_ARGUMENT;
  const std::string long_name(256, 'n');
  weir_collection* out = nullptr;
  weir_names* names = nullptr;
  for (const char* name :
       {"", long_name.c_str(), "\n", "\xc0\x80", static_cast<const char*>(nullptr)}) {
    expect_failure(invalid, "collection name", [&](weir_error* err) {
      return weir_collection_open(store_, name, nullptr, &out, err);
    });
    EXPECT_EQ(weir_collection_drop(store_, name, nullptr), invalid);
  }
  EXPECT_EQ(weir_collection_open(kNull, "x", nullptr, &out, nullptr), invalid);
  EXPECT_EQ(weir_collection_open(store_, "x", nullptr, kNull, nullptr), invalid);
  EXPECT_EQ(weir_collection_list(kNull, &names, nullptr), invalid);
  EXPECT_EQ(weir_collection_list(store_, kNull, nullptr), invalid);
  weir_collection_options options = {};
  EXPECT_EQ(weir_collection_options_init(&options, sizeof options), WEIR_OK);
  options.kind = 2;
  EXPECT_EQ(weir_collection_open(store_, "x", &options, &out, nullptr), invalid);
  EXPECT_EQ(weir_collection_options_init(&options, sizeof options), WEIR_OK);
  options.save_interval_ms = 86'400'001;
  EXPECT_EQ(weir_collection_open(store_, "x", &options, &out, nullptr), invalid);
  EXPECT_EQ(weir_collection_options_init(&options, sizeof options), WEIR_OK);
  options.reserved[1] = 1;
  EXPECT_EQ(weir_collection_open(store_, "x", &options, &out, nullptr), invalid);
  EXPECT_EQ(weir_collection_options_init(&options, sizeof options), WEIR_OK);
  options.create = 0;
  EXPECT_EQ(weir_collection_open(store_, "x", &options, &out, nullptr), WEIR_NOT_FOUND);
  EXPECT_EQ(weir_collection_options_init(kNull, sizeof options), invalid);
  EXPECT_EQ(weir_put_options_init(kNull, 8), invalid);
  EXPECT_EQ(weir_remove_options_init(kNull, 8), invalid);
  EXPECT_EQ(weir_find_options_init(kNull, 8), invalid);
}

TEST_F(CollectionApiTest, every_call_refuses_what_is_no_collection_and_what_was_closed) {
  weir_collection* closed = open_collection(store_, "closed");
  EXPECT_EQ(weir_collection_close(closed, nullptr), WEIR_OK);
  const auto all_calls = [&](weir_collection* handle) {
    std::vector<weir_status> statuses;
    weir_put_result result = {};
    result.struct_size = sizeof result;
    weir_collection_statistics statistics = {};
    statistics.struct_size = sizeof statistics;
    weir_documents* documents = nullptr;
    weir_cursor* cursor = nullptr;
    weir_names* names = nullptr;
    uint64_t number = 0;
    const uint32_t size = 2;
    weir_batch* batch = nullptr;
    EXPECT_EQ(weir_batch_create(store_, &batch, nullptr), WEIR_OK);
    statuses.push_back(weir_collection_put(handle, "a", "{}", 2, nullptr, nullptr, nullptr));
    statuses.push_back(weir_collection_insert(handle, "{}", 2, nullptr, &result, nullptr));
    statuses.push_back(weir_collection_update(handle, "a", "{}", 2, nullptr, nullptr, nullptr));
    statuses.push_back(
        weir_collection_put_many(handle, "a", 2, "{}", 2, &size, 1, nullptr, nullptr, nullptr));
    statuses.push_back(weir_collection_get(handle, "a", 0, &documents, nullptr));
    statuses.push_back(weir_collection_get_many(handle, "a", 2, 1, 0, &documents, nullptr));
    statuses.push_back(weir_collection_remove(handle, "a", nullptr, nullptr, nullptr));
    statuses.push_back(
        weir_collection_remove_many(handle, "a", 2, 1, 0, nullptr, nullptr, nullptr));
    statuses.push_back(weir_collection_count(handle, nullptr, &number, nullptr));
    statuses.push_back(
        weir_collection_find(handle, nullptr, nullptr, &documents, nullptr, nullptr));
    statuses.push_back(weir_collection_stats(handle, &statistics, nullptr));
    statuses.push_back(weir_collection_save(handle, nullptr));
    statuses.push_back(weir_collection_index_create(handle, "a", 0, nullptr));
    statuses.push_back(weir_collection_index_drop(handle, "a", 0, nullptr));
    statuses.push_back(weir_collection_index_rebuild(handle, "a", 0, nullptr));
    statuses.push_back(weir_collection_index_list(handle, &names, nullptr));
    statuses.push_back(weir_cursor_open(handle, nullptr, 0, &cursor, nullptr));
    statuses.push_back(weir_batch_put(batch, handle, "a", "{}", 2, nullptr, nullptr));
    statuses.push_back(weir_batch_remove(batch, handle, "a", nullptr, nullptr));
    weir_batch_free(batch);
    return statuses;
  };

  EXPECT_THAT(all_calls(closed), ::testing::Each(WEIR_E_CLOSED));
  EXPECT_THAT(all_calls(not_a_handle_of<weir_collection>()),
              ::testing::Each(WEIR_E_INVALID_ARGUMENT));
  EXPECT_THAT(all_calls(kNull), ::testing::Each(WEIR_E_INVALID_ARGUMENT));
  EXPECT_EQ(weir_collection_close(not_a_handle_of<weir_collection>(), nullptr),
            WEIR_E_INVALID_ARGUMENT);
}

TEST_F(CollectionApiTest, indexes_are_made_listed_and_dropped) {
  const weir_status invalid = WEIR_E_INVALID_ARGUMENT;
  weir_names* names = nullptr;

  EXPECT_EQ(weir_collection_index_create(collection_, "b.c", 0, nullptr), WEIR_OK);
  EXPECT_EQ(weir_collection_index_create(collection_, "a", 1, nullptr), WEIR_OK);
  EXPECT_EQ(weir_collection_index_create(collection_, "a", 0, nullptr), WEIR_OK);
  EXPECT_EQ(weir_collection_index_create(collection_, "a", 0, nullptr), WEIR_E_EXISTS);
  ASSERT_EQ(weir_collection_index_list(collection_, &names, nullptr), WEIR_OK);
  EXPECT_THAT(take_names(names), ElementsAre("a", "a fold", "b.c"));
  EXPECT_EQ(weir_collection_index_rebuild(collection_, "b.c", 0, nullptr), WEIR_OK);
  EXPECT_EQ(weir_collection_index_rebuild(collection_, "b", 0, nullptr), WEIR_NOT_FOUND);
  EXPECT_EQ(weir_collection_index_drop(collection_, "a", 0, nullptr), WEIR_OK);
  EXPECT_EQ(weir_collection_index_drop(collection_, "a", 0, nullptr), WEIR_NOT_FOUND);
  EXPECT_EQ(weir_collection_index_create(collection_, "a..b", 0, nullptr), invalid);
  EXPECT_EQ(weir_collection_index_create(collection_, "", 0, nullptr), invalid);
  EXPECT_EQ(weir_collection_index_create(collection_, kNull, 0, nullptr), invalid);
  EXPECT_EQ(weir_collection_index_create(collection_, "a", 2, nullptr), invalid);
  EXPECT_EQ(weir_collection_index_list(collection_, kNull, nullptr), invalid);
  for (int i = 0; i < 62; ++i) {
    const std::string path = "p" + std::to_string(i);
    EXPECT_EQ(weir_collection_index_create(collection_, path.c_str(), 0, nullptr), WEIR_OK);
  }
  EXPECT_EQ(weir_collection_index_create(collection_, "one more", 0, nullptr), WEIR_E_LIMIT);
}

TEST_F(CollectionApiTest, statistics_count) {
  put("a", "{}");
  put("b", "{}");
  get("a");
  EXPECT_EQ(weir_collection_remove(collection_, "b", nullptr, nullptr, nullptr), WEIR_OK);
  weir_collection_statistics statistics = {};
  statistics.struct_size = sizeof statistics;

  ASSERT_EQ(weir_collection_stats(collection_, &statistics, nullptr), WEIR_OK);
  EXPECT_EQ(statistics.kind, static_cast<uint32_t>(WEIR_COLLECTION_MEMORY));
  EXPECT_EQ(statistics.state, static_cast<uint32_t>(WEIR_COLLECTION_LOADED));
  EXPECT_EQ(statistics.document_count, 1U);
  EXPECT_EQ(statistics.put_count, 2U);
  EXPECT_EQ(statistics.remove_count, 1U);
  EXPECT_EQ(statistics.hit_count, 1U);
  EXPECT_GT(statistics.directory_bytes, 0U);
  EXPECT_EQ(statistics.next_version, 3U);
  EXPECT_EQ(weir_collection_stats(collection_, kNull, nullptr), WEIR_E_INVALID_ARGUMENT);
  statistics.struct_size = 7;
  EXPECT_EQ(weir_collection_stats(collection_, &statistics, nullptr), WEIR_E_INVALID_ARGUMENT);
}

TEST_F(CollectionApiTest, a_batch_moves_a_message_into_a_document) {
  weir_queue* queue = open_queue(store_, "in");
  push_text(queue, "input");
  weir_message* message = nullptr;
  ASSERT_EQ(weir_queue_pop(queue, nullptr, &message, nullptr), WEIR_OK);
  put("old", "{}");
  weir_batch* batch = nullptr;
  ASSERT_EQ(weir_batch_create(store_, &batch, nullptr), WEIR_OK);

  EXPECT_EQ(weir_batch_ack(batch, queue, weir_message_id(message), nullptr), WEIR_OK);
  EXPECT_EQ(weir_batch_put(batch, collection_, "new", R"({"n":1})", 7, nullptr, nullptr), WEIR_OK);
  EXPECT_EQ(weir_batch_remove(batch, collection_, "old", nullptr, nullptr), WEIR_OK);
  EXPECT_EQ(weir_batch_count(batch), 3U);
  EXPECT_EQ(get("new"), "-");
  ASSERT_EQ(weir_store_commit(store_, batch, 0, 0, nullptr, nullptr), WEIR_OK);
  EXPECT_EQ(get("new"), R"({"n":1})");
  EXPECT_EQ(get("old"), "-");
  EXPECT_GT(weir_batch_id_at(batch, 1), 0U);

  EXPECT_EQ(weir_batch_clear(batch, nullptr), WEIR_OK);
  EXPECT_EQ(weir_batch_put(batch, collection_, "x", "{}", 2, nullptr, nullptr), WEIR_OK);
  EXPECT_EQ(weir_batch_remove(batch, collection_, "old", nullptr, nullptr), WEIR_OK);
  EXPECT_EQ(weir_store_commit(store_, batch, 0, 0, nullptr, nullptr), WEIR_NOT_FOUND);
  EXPECT_EQ(get("x"), "-");
  EXPECT_EQ(weir_batch_put(batch, collection_, kNull, "{}", 2, nullptr, nullptr),
            WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(weir_batch_put(batch, collection_, "a", "{", 1, nullptr, nullptr),
            WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(weir_batch_put(kNull, collection_, "a", "{}", 2, nullptr, nullptr),
            WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(weir_batch_remove(batch, collection_, "", nullptr, nullptr), WEIR_E_INVALID_ARGUMENT);
  weir_store* elsewhere = open_store("mem:");
  weir_collection* other = open_collection(elsewhere, "o");
  EXPECT_EQ(weir_batch_put(batch, other, "a", "{}", 2, nullptr, nullptr), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(weir_collection_close(other, nullptr), WEIR_OK);
  EXPECT_EQ(weir_store_close(elsewhere, nullptr), WEIR_OK);
  weir_batch_free(batch);
  weir_message_free(message);
  EXPECT_EQ(weir_queue_close(queue, nullptr), WEIR_OK);
}

// Each of eight threads counts in one document; nobody's step may get lost.
TEST_F(CollectionApiTest, compare_and_set_loses_no_step) {
  put("n", R"({"n":0})");
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int step = 0; step < 200;) {
        weir_documents* documents = nullptr;
        ASSERT_EQ(weir_collection_get(collection_, "n", 0, &documents, nullptr), WEIR_OK);
        const std::string old = data_of(documents, 0);
        const std::string next = "{\"n\":" + std::to_string(std::stoi(old.substr(5)) + 1) + "}";
        weir_put_options options = put_defaults();
        options.expected_version = weir_documents_version(documents, 0);
        weir_documents_free(documents);
        const weir_status status = weir_collection_put(collection_, "n", next.data(), next.size(),
                                                       &options, nullptr, nullptr);
        ASSERT_TRUE(status == WEIR_OK || status == WEIR_CONFLICT);
        step += status == WEIR_OK ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(get("n"), R"({"n":1600})");
}

TEST_F(CollectionApiTest, a_directory_keeps_documents_and_indexes) {
  const TemporaryDirectory directory;
  for (int round = 0; round < 2; ++round) {
    weir_store* store = open_store(directory.path());
    weir_collection_options options = {};
    EXPECT_EQ(weir_collection_options_init(&options, sizeof options), WEIR_OK);
    EXPECT_EQ(weir_collection_options_set(&options, "save_interval_ms", "1ms", nullptr), WEIR_OK);
    weir_collection* collection = nullptr;
    ASSERT_EQ(weir_collection_open(store, "c", &options, &collection, nullptr), WEIR_OK);
    std::swap(collection, collection_);
    if (round == 0) {
      put("a", R"({"n":1})");
      put("b", R"({"n":2})");
      EXPECT_EQ(weir_collection_index_create(collection_, "n", 0, nullptr), WEIR_OK);
      EXPECT_EQ(weir_collection_save(collection_, nullptr), WEIR_OK);
    } else {
      EXPECT_EQ(get("a"), R"({"n":1})");
      EXPECT_THAT(find(R"({"n":2})"), ElementsAre("b"));
      weir_names* names = nullptr;
      ASSERT_EQ(weir_collection_index_list(collection_, &names, nullptr), WEIR_OK);
      EXPECT_THAT(take_names(names), ElementsAre("n"));
    }
    std::swap(collection, collection_);
    EXPECT_EQ(weir_collection_close(collection, nullptr), WEIR_OK);
    EXPECT_EQ(weir_store_close(store, nullptr), WEIR_OK);
  }
}

}  // namespace
}  // namespace weir::api
