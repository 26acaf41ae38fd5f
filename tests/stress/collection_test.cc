// One collection, eight threads: writers, readers, scans and searches at once, and handles that are closed meanwhile.
#include <gtest/gtest.h>
#include <weir/weir.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int kKeys = 200;

std::string key_of(uint64_t n) { return "k" + std::to_string(n % kKeys); }

class CollectionStress : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(weir_store_open("mem:", nullptr, &store_, nullptr), WEIR_OK);
    ASSERT_EQ(weir_collection_open(store_, "c", nullptr, &collection_, nullptr), WEIR_OK);
    ASSERT_EQ(weir_collection_index_create(collection_, "n", 0, nullptr), WEIR_OK);
  }
  void TearDown() override {
    EXPECT_EQ(weir_collection_close(collection_, nullptr), WEIR_OK);
    EXPECT_EQ(weir_store_close(store_, nullptr), WEIR_OK);
  }

  void write(uint64_t writer) {
    for (uint64_t n = 0; n < 4000; ++n) {
      const std::string key = key_of(n * 3 + writer);
      const std::string json = "{\"n\":" + std::to_string(n) + "}";
      EXPECT_EQ(weir_collection_put(collection_, key.c_str(), json.data(), json.size(), nullptr,
                                    nullptr, nullptr),
                WEIR_OK);
      if (n % 7 != 0) continue;
      const weir_status status =
          weir_collection_remove(collection_, key.c_str(), nullptr, nullptr, nullptr);
      EXPECT_TRUE(status == WEIR_OK || status == WEIR_NOT_FOUND);
    }
  }
  // No document's version may go back.
  void read() {
    std::vector<uint64_t> versions(kKeys, 0);
    for (uint64_t n = 0; !stop_; ++n) {
      weir_documents* documents = nullptr;
      const weir_status status =
          weir_collection_get(collection_, key_of(n).c_str(), WEIR_READ_JSON, &documents, nullptr);
      if (status == WEIR_NOT_FOUND) continue;
      EXPECT_EQ(status, WEIR_OK);
      EXPECT_GE(weir_documents_version(documents, 0), versions[n % kKeys]);
      versions[n % kKeys] = weir_documents_version(documents, 0);
      weir_documents_free(documents);
    }
  }
  void scan() {
    while (!stop_) {
      weir_cursor* cursor = nullptr;
      EXPECT_EQ(weir_cursor_open(collection_, nullptr, WEIR_READ_JSON, &cursor, nullptr), WEIR_OK);
      weir_documents* documents = nullptr;
      size_t count = 0;
      while (weir_cursor_next(cursor, 50, 1 << 20, &documents, nullptr) == WEIR_OK) {
        count += weir_documents_count(documents);
        weir_documents_free(documents);
      }
      EXPECT_LE(count, static_cast<size_t>(kKeys));
      EXPECT_EQ(weir_cursor_close(cursor, nullptr), WEIR_OK);
    }
  }
  void search() {
    while (!stop_) {
      weir_documents* documents = nullptr;
      EXPECT_EQ(weir_collection_find(collection_, "{\"n\":{\"gte\":0}}", nullptr, &documents,
                                     nullptr, nullptr),
                WEIR_OK);
      EXPECT_LE(weir_documents_count(documents), static_cast<size_t>(kKeys));
      weir_documents_free(documents);
    }
  }
  void count() {
    while (!stop_) {
      weir_collection* other = nullptr;
      EXPECT_EQ(weir_collection_open(store_, "c", nullptr, &other, nullptr), WEIR_OK);
      uint64_t count = 0;
      EXPECT_EQ(weir_collection_count(other, nullptr, &count, nullptr), WEIR_OK);
      EXPECT_LE(count, static_cast<uint64_t>(kKeys));
      EXPECT_EQ(weir_collection_close(other, nullptr), WEIR_OK);
    }
  }

  weir_store* store_ = nullptr;
  weir_collection* collection_ = nullptr;
  std::atomic<bool> stop_{false};
};

TEST_F(CollectionStress, readers_scans_and_searches_beside_writers) {
  std::vector<std::thread> threads;
  for (uint64_t writer = 0; writer < 3; ++writer)
    threads.emplace_back([this, writer] { write(writer); });
  threads.emplace_back([this] { read(); });
  threads.emplace_back([this] { read(); });
  threads.emplace_back([this] { scan(); });
  threads.emplace_back([this] { search(); });
  threads.emplace_back([this] { count(); });
  for (size_t t = 0; t < 3; ++t) threads[t].join();
  stop_ = true;
  for (size_t t = 3; t < threads.size(); ++t) threads[t].join();
}

// Calls in progress end with CLOSED when their handle is closed under them.
TEST_F(CollectionStress, a_handle_is_closed_while_it_is_in_use) {
  for (int round = 0; round < 50; ++round) {
    weir_collection* collection = nullptr;
    ASSERT_EQ(weir_collection_open(store_, "c", nullptr, &collection, nullptr), WEIR_OK);
    std::vector<std::thread> threads;
    for (int t = 0; t < 7; ++t) {
      threads.emplace_back([&] {
        for (uint64_t n = 0;; ++n) {
          weir_documents* documents = nullptr;
          const weir_status put = weir_collection_put(collection, key_of(n).c_str(), "{}", 2,
                                                      nullptr, nullptr, nullptr);
          const weir_status got = weir_collection_get(collection, key_of(n).c_str(), WEIR_READ_JSON,
                                                      &documents, nullptr);
          if (got == WEIR_OK) weir_documents_free(documents);
          EXPECT_TRUE(put == WEIR_OK || put == WEIR_E_CLOSED) << put;
          EXPECT_TRUE(got == WEIR_OK || got == WEIR_E_CLOSED) << got;
          if (put == WEIR_E_CLOSED || got == WEIR_E_CLOSED) return;
        }
      });
    }
    std::this_thread::yield();
    EXPECT_EQ(weir_collection_close(collection, nullptr), WEIR_OK);
    for (std::thread& thread : threads) thread.join();
  }
}

}  // namespace
