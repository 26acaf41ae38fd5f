#include <gtest/gtest.h>

#include "tests/api/collection_fixture.h"

namespace weir::api {
namespace {

TEST_F(CollectionApiTest, bytes_keep_their_content_type) {
  const weir_put_options options = bytes("image/png");
  const uint64_t version = put("a", std::string("\0\1\2", 3), &options);
  weir_documents* documents = nullptr;
  ASSERT_EQ(weir_collection_get(collection_, "a", WEIR_READ_JSON, &documents, nullptr), WEIR_OK);

  EXPECT_EQ(weir_documents_count(documents), 1U);
  EXPECT_STREQ(weir_documents_key(documents, 0), "a");
  EXPECT_EQ(data_of(documents, 0), std::string("\0\1\2", 3));
  EXPECT_EQ(weir_documents_version(documents, 0), version);
  EXPECT_GT(weir_documents_written_at(documents, 0), 1'000'000'000'000'000'000);
  EXPECT_EQ(weir_documents_expires_at(documents, 0), 0);
  EXPECT_EQ(weir_documents_format(documents, 0), static_cast<uint32_t>(WEIR_DOCUMENT_BYTES));
  EXPECT_STREQ(weir_documents_content_type(documents, 0), "image/png");
  EXPECT_EQ(weir_documents_key(documents, 1), nullptr);
  EXPECT_EQ(weir_documents_data(documents, 1), nullptr);
  EXPECT_EQ(weir_documents_size(documents, 1), 0U);
  EXPECT_EQ(weir_documents_version(documents, 1), 0U);
  EXPECT_EQ(weir_documents_content_type(documents, 1), nullptr);
  weir_documents_free(documents);
  EXPECT_EQ(weir_documents_count(documents), 0U);
  EXPECT_EQ(weir_documents_key(documents, 0), nullptr);
  weir_documents_free(documents);
  weir_documents_free(nullptr);
}

TEST_F(CollectionApiTest, fields_are_read_from_the_stored_form) {
  put("a", R"({"name":"Alice","address":{"city":"Paris","n":[1,2.5]}})");
  weir_documents* documents = nullptr;
  ASSERT_EQ(weir_collection_get(collection_, "a", WEIR_READ_STORED, &documents, nullptr), WEIR_OK);
  const auto field = [&](const char* path) -> std::string {
    weir_blob* blob = nullptr;
    weir_error err = {};
    const weir_status status = weir_documents_field(documents, 0, path, &blob, &err);
    if (status != WEIR_OK) return weir_status_name(status);
    std::string text(static_cast<const char*>(weir_blob_data(blob)), weir_blob_size(blob));
    weir_blob_free(blob);
    return text;
  };

  EXPECT_EQ(field("name"), R"("Alice")");
  EXPECT_EQ(field("address.city"), R"("Paris")");
  EXPECT_EQ(field("address"), R"({"city":"Paris","n":[1,2.5]})");
  EXPECT_EQ(field("address.n"), "[1,2.5]");
  EXPECT_EQ(field("nothing"), "WEIR_NOT_FOUND");
  EXPECT_EQ(field(""), "WEIR_E_INVALID_ARGUMENT");
  EXPECT_EQ(field(kNull), "WEIR_E_INVALID_ARGUMENT");
  weir_blob* blob = nullptr;
  EXPECT_EQ(weir_documents_field(documents, 1, "name", &blob, nullptr), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(weir_documents_field(kNull, 0, "name", &blob, nullptr), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(weir_documents_field(documents, 0, "name", kNull, nullptr), WEIR_E_INVALID_ARGUMENT);
  weir_documents_free(documents);
  EXPECT_EQ(weir_documents_field(documents, 0, "name", &blob, nullptr), WEIR_E_CLOSED);
  ASSERT_EQ(weir_collection_get(collection_, "a", WEIR_READ_JSON, &documents, nullptr), WEIR_OK);
  EXPECT_EQ(field("name"), "WEIR_E_INVALID_ARGUMENT");
  weir_documents_free(documents);
}

}  // namespace
}  // namespace weir::api
