#include "store/json.h"

#include <gtest/gtest.h>

namespace weir::store {
namespace {

TEST(JsonWriter, nests_objects_and_arrays) {
  JsonWriter json;
  json.begin_object().field("a", uint64_t{1}).begin_array("list");
  json.begin_object().flag("yes", true).end_object();
  json.begin_object().end_object();
  json.end_array().begin_array("none").end_array().flag("no", false).end_object();

  EXPECT_EQ(json.take(), R"({"a":1,"list":[{"yes":true},{}],"none":[],"no":false})");
}

TEST(JsonWriter, escapes_what_text_may_hold) {
  JsonWriter json;
  json.begin_object().field("k\"", std::string_view("a\\b\n\x01\x7f é\0", 10)).end_object();

  EXPECT_EQ(json.take(), "{\"k\\\"\":\"a\\\\b\\u000a\\u0001\\u007f é\\u0000\"}");
}

TEST(JsonWriter, writes_the_largest_number) {
  JsonWriter json;
  json.begin_object().field("n", UINT64_MAX).end_object();

  EXPECT_EQ(json.take(), R"({"n":18446744073709551615})");
}

}  // namespace
}  // namespace weir::store
