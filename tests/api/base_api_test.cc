#include <weir/base.h>

#include "tests/api/fixture.h"

namespace weir::api {
namespace {

TEST(BaseApi, versions_agree) {
  EXPECT_EQ(weir_version(), 1000U);
  EXPECT_STREQ(weir_version_string(), "0.1.0");
}

TEST(BaseApi, every_status_has_its_name) {
  EXPECT_STREQ(weir_status_name(WEIR_OK), "WEIR_OK");
  EXPECT_STREQ(weir_status_name(WEIR_DUPLICATE), "WEIR_DUPLICATE");
  EXPECT_STREQ(weir_status_name(WEIR_CONFLICT), "WEIR_CONFLICT");
  EXPECT_STREQ(weir_status_name(WEIR_OUT_OF_RANGE), "WEIR_OUT_OF_RANGE");
  EXPECT_STREQ(weir_status_name(WEIR_E_INVALID_ARGUMENT), "WEIR_E_INVALID_ARGUMENT");
  EXPECT_STREQ(weir_status_name(WEIR_E_ACCESS), "WEIR_E_ACCESS");
  EXPECT_STREQ(weir_status_name(WEIR_E_INTERNAL), "WEIR_E_INTERNAL");
  for (const weir_status unknown : {40, -19, -98, INT32_MAX, INT32_MIN}) {
    EXPECT_STREQ(weir_status_name(unknown), "WEIR_UNKNOWN");
  }
}

TEST(BaseApi, names_are_a_list_that_ends) {
  weir_store* store = open_store("mem:");
  weir_queue* second = open_queue(store, "b");
  weir_queue* first = open_queue(store, "a");
  weir_names* names = nullptr;
  EXPECT_EQ(weir_queue_list(store, &names, nullptr), WEIR_OK);

  EXPECT_EQ(weir_names_count(names), 2U);
  EXPECT_STREQ(weir_names_at(names, 0), "a");
  EXPECT_STREQ(weir_names_at(names, 1), "b");
  EXPECT_EQ(weir_names_at(names, 2), nullptr);
  EXPECT_EQ(weir_names_at(names, SIZE_MAX), nullptr);

  weir_names_free(names);
  EXPECT_EQ(weir_names_count(names), 0U);
  EXPECT_EQ(weir_names_at(names, 0), nullptr);
  weir_names_free(names);
  EXPECT_EQ(weir_queue_close(first, nullptr), WEIR_OK);
  EXPECT_EQ(weir_queue_close(second, nullptr), WEIR_OK);
  EXPECT_EQ(weir_store_close(store, nullptr), WEIR_OK);
}

TEST(BaseApi, a_blob_is_text_until_it_is_freed) {
  const TemporaryDirectory directory;
  EXPECT_EQ(weir_store_close(open_store(directory / "store"), nullptr), WEIR_OK);
  weir_blob* blob = nullptr;
  ASSERT_EQ(weir_store_inspect((directory / "store").c_str(), &blob, nullptr), WEIR_OK);

  const auto* text = static_cast<const char*>(weir_blob_data(blob));
  EXPECT_EQ(std::strlen(text), weir_blob_size(blob));
  EXPECT_EQ(text[0], '{');

  weir_blob_free(blob);
  EXPECT_EQ(weir_blob_data(blob), nullptr);
  EXPECT_EQ(weir_blob_size(blob), 0U);
  weir_blob_free(blob);
}

TEST(BaseApi, null_and_foreign_pointers_are_empty) {
  EXPECT_EQ(weir_blob_data(nullptr), nullptr);
  EXPECT_EQ(weir_blob_size(nullptr), 0U);
  weir_blob_free(nullptr);
  EXPECT_EQ(weir_names_count(nullptr), 0U);
  EXPECT_EQ(weir_names_at(nullptr, 0), nullptr);
  weir_names_free(nullptr);

  auto* blob = not_a_handle_of<weir_blob>();
  auto* names = not_a_handle_of<weir_names>();
  EXPECT_EQ(weir_blob_data(blob), nullptr);
  EXPECT_EQ(weir_blob_size(blob), 0U);
  weir_blob_free(blob);
  EXPECT_EQ(weir_names_count(names), 0U);
  weir_names_free(names);
}

}  // namespace
}  // namespace weir::api
