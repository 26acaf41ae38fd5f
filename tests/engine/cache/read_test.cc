// Point reads of a collection.
#include <gtest/gtest.h>

#include "tests/engine/cache/fixture.h"

namespace weir::cache {
namespace {

INSTANTIATE_TEST_SUITE_P(Reading, AnyCollectionTest,
                         ::testing::Values(Where::kDurable, Where::kMemoryCollection,
                                           Where::kMemoryStore),
                         where_name);

TEST_P(AnyCollectionTest, a_document_is_found_by_its_key_until_it_is_removed) {
  EXPECT_EQ(get("a"), "-");
  put("a", "one");
  put("b", "");

  EXPECT_EQ(get("a"), "one");
  EXPECT_EQ(get("b"), "");
  EXPECT_EQ(count(), 2U);
  EXPECT_EQ(remove("a"), Code::kOk);
  EXPECT_EQ(remove("a"), Code::kNotFound);
  EXPECT_EQ(get("a"), "-");
  EXPECT_EQ(count(), 1U);
}

TEST_P(AnyCollectionTest, content_type_time_and_large_payloads_come_back) {
  PutOptions options;
  options.content_type = "image/png";
  const std::string large(100'000, 'p');
  put("small", "s", options);
  put("large", large, options);

  ASSERT_TRUE(collection_->get("large", &documents_).ok());
  EXPECT_EQ(as_text(documents_.at(0).payload), large);
  EXPECT_EQ(documents_.at(0).content_type, "image/png");
  EXPECT_EQ(documents_.at(0).key, "large");
  EXPECT_GT(documents_.at(0).written_at_ns, 0);
  EXPECT_EQ(get("small"), "s");
}

TEST_P(AnyCollectionTest, a_reader_keeps_what_it_was_given) {
  put("a", std::string(100'000, '1'));
  Documents kept;
  ASSERT_TRUE(collection_->get("a", &kept).ok());

  put("a", std::string(100'000, '2'));
  EXPECT_EQ(remove("a"), Code::kOk);

  EXPECT_EQ(as_text(kept.at(0).payload), std::string(100'000, '1'));
}

}  // namespace
}  // namespace weir::cache
