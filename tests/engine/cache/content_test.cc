#include "engine/cache/content.h"

#include <gtest/gtest.h>

#include "tests/engine/cache/json_fixture.h"

namespace weir::cache {
namespace {

class ContentTest : public JsonCollectionTest {};

TEST_F(ContentTest, json_is_given_out_as_text_and_bytes_as_they_are) {
  put_json("a", R"({"n":1})");
  put("b", "bytes");
  const std::string_view keys[] = {"a", "b", "c"};
  ASSERT_TRUE(collection_->get_many(keys, &documents_).ok());
  EXPECT_NE(as_text(documents_.at(0).payload), R"({"n":1})");

  ASSERT_TRUE(give_out_as_json(&documents_).ok());

  EXPECT_EQ(as_text(documents_.at(0).payload), R"({"n":1})");
  EXPECT_FALSE(documents_.at(0).stored);
  EXPECT_EQ(as_text(documents_.at(1).payload), "bytes");
  EXPECT_TRUE(documents_.at(2).missing);
}

TEST_F(ContentTest, updates_of_many_follow_each_other) {
  put_json("a", R"({"n":0,"kept":true})");
  PutResult result;
  for (int i = 1; i <= 20; ++i) {
    const std::string patch = "{\"n\":" + std::to_string(i) + "}";
    ASSERT_TRUE(collection_->update("a", patch, json(), &result).ok());
  }
  ASSERT_TRUE(collection_->get("a", &documents_).ok());
  ASSERT_TRUE(give_out_as_json(&documents_).ok());

  EXPECT_EQ(as_text(documents_.at(0).payload), R"({"n":20,"kept":true})");
  EXPECT_EQ(collection_->update("b", "{}", json(), &result).code(), Code::kNotFound);
}

TEST_F(ContentTest, what_is_above_the_limit_is_refused) {
  options_.record_bytes_max = 1000;
  reopen();
  const std::string large = "{\"a\":\"" + std::string(2000, 'x') + "\"}";
  PutResult result;
  put_json("a", "{}");

  EXPECT_EQ(put_code("b", large, json()), Code::kTooLarge);
  EXPECT_EQ(collection_->update("a", large, json(), &result).code(), Code::kTooLarge);
  EXPECT_EQ(find(""), (std::vector<std::string>{"a"}));
}

}  // namespace
}  // namespace weir::cache
