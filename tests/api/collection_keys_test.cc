#include "api/collection_keys.h"

#include <gtest/gtest.h>

#include "tests/api/collection_fixture.h"

namespace weir::api {
namespace {

TEST_F(CollectionApiTest, many_with_bad_arguments_change_nothing) {
  const std::string keys("a\0b\0", 4);
  const uint32_t sizes[] = {2, 2};
  const auto put_many = [&](const char* k, size_t k_size, const char* data, size_t data_size,
                            const uint32_t* s, size_t n) {
    return [=, this](weir_error* err) {
      return weir_collection_put_many(collection_, k, k_size, data, data_size, s, n, nullptr,
                                      nullptr, err);
    };
  };
  const weir_status invalid = WEIR_E_INVALID_ARGUMENT;

  expect_failure(invalid, "count", put_many(keys.data(), 4, "{}{}", 4, sizes, 0));
  expect_failure(invalid, "1000", put_many(keys.data(), 4, "{}{}", 4, sizes, 1001));
  expect_failure(invalid, "keys", put_many(kNull, 4, "{}{}", 4, sizes, 2));
  expect_failure(invalid, "sizes", put_many(keys.data(), 4, "{}{}", 4, kNull, 2));
  expect_failure(invalid, "data_size", put_many(keys.data(), 4, "{}{}", 3, sizes, 2));
  expect_failure(invalid, "data", put_many(keys.data(), 4, nullptr, 4, sizes, 2));
  expect_failure(invalid, "keys_size", put_many(keys.data(), 3, "{}{}", 4, sizes, 2));
  expect_failure(invalid, "keys_size", put_many(keys.data(), 4, "{}{}", 4, sizes, 1));
  expect_failure(invalid, "twice", put_many("a\0a", 4, "{}{}", 4, sizes, 2));
  expect_failure(invalid, "key", put_many("a\0\0", 3, "{}{}", 4, sizes, 2));
  expect_failure(invalid, "", put_many(keys.data(), 4, "{}xx", 4, sizes, 2));
  EXPECT_EQ(count(), 0U);
}

}  // namespace
}  // namespace weir::api
