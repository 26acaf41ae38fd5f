// What the tests of collections through the C API share.
#pragma once

#include "tests/api/fixture.h"

namespace weir::api {

class CollectionApiTest : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = open_store("mem:");
    collection_ = open_collection(store_, "c");
  }
  // Whatever a test did to it, the collection still works.
  void TearDown() override {
    if (collection_ != nullptr) {
      put("still works", R"({"a":1})");
      EXPECT_EQ(get("still works"), R"({"a":1})");
    }
    EXPECT_EQ(weir_collection_close(collection_, nullptr), WEIR_OK);
    EXPECT_EQ(weir_store_close(store_, nullptr), WEIR_OK);
  }

  static weir_collection* open_collection(weir_store* store, const char* name) {
    weir_collection* collection = nullptr;
    weir_error err = {};
    EXPECT_EQ(weir_collection_open(store, name, nullptr, &collection, &err), WEIR_OK)
        << err.message;
    return collection;
  }
  static weir_put_options put_defaults() {
    weir_put_options options = {};
    EXPECT_EQ(weir_put_options_init(&options, sizeof options), WEIR_OK);
    return options;
  }
  static weir_put_options bytes(const char* content_type = nullptr) {
    weir_put_options options = put_defaults();
    options.format = WEIR_DOCUMENT_BYTES;
    options.content_type = content_type;
    return options;
  }
  uint64_t put(const char* key, const std::string& data,
               const weir_put_options* options = nullptr) {
    weir_put_result result = {};
    result.struct_size = sizeof result;
    weir_error err = {};
    EXPECT_EQ(
        weir_collection_put(collection_, key, data.data(), data.size(), options, &result, &err),
        WEIR_OK)
        << err.message;
    return result.version;
  }
  // "-" when there is none.
  std::string get(const char* key, uint32_t form = WEIR_READ_JSON) {
    weir_documents* documents = nullptr;
    weir_error err = {};
    const weir_status status = weir_collection_get(collection_, key, form, &documents, &err);
    if (status == WEIR_NOT_FOUND) return "-";
    EXPECT_EQ(status, WEIR_OK) << err.message;
    const std::string text = data_of(documents, 0);
    weir_documents_free(documents);
    return text;
  }
  static std::string data_of(const weir_documents* documents, size_t index) {
    const void* data = weir_documents_data(documents, index);
    return data == nullptr
               ? "(none)"
               : std::string(static_cast<const char*>(data), weir_documents_size(documents, index));
  }
  // The keys of one page, and where the next begins.
  std::vector<std::string> find(const char* filter, uint64_t count_max = 1000, uint64_t after = 0,
                                uint64_t* next = nullptr) {
    weir_find_options options = {};
    EXPECT_EQ(weir_find_options_init(&options, sizeof options), WEIR_OK);
    options.count_max = count_max;
    options.after = after;
    weir_documents* documents = nullptr;
    weir_error err = {};
    EXPECT_EQ(weir_collection_find(collection_, filter, &options, &documents, next, &err), WEIR_OK)
        << err.message;
    std::vector<std::string> keys;
    for (size_t i = 0; i < weir_documents_count(documents); ++i)
      keys.emplace_back(weir_documents_key(documents, i));
    weir_documents_free(documents);
    return keys;
  }
  uint64_t count(const char* filter = nullptr) {
    uint64_t count = 0;
    weir_error err = {};
    EXPECT_EQ(weir_collection_count(collection_, filter, &count, &err), WEIR_OK) << err.message;
    return count;
  }

  weir_store* store_ = nullptr;
  weir_collection* collection_ = nullptr;
};

}  // namespace weir::api
