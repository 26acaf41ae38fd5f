#include "engine/cache/filter_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::cache {
namespace {

using testing::HasSubstr;

std::string refusal(const std::string& filter) {
  JsonReader reader;
  const auto parsed = Filter::parse(filter, &reader);
  return parsed.ok() ? "accepted" : std::string(parsed.status().message());
}

TEST(FilterParser, RefusesByOperatorAndPath) {
  EXPECT_THAT(refusal(R"({"age":{"gtee":1}})"),
              HasSubstr(R"(operator "gtee" of the path "age" is unknown)"));
  EXPECT_THAT(refusal(R"({"age":{"gt":null}})"),
              HasSubstr(R"(operator "gt" of the path "age" needs a number or a text, not null)"));
  EXPECT_THAT(refusal(R"({"age":{"lte":[1]}})"), HasSubstr("not a list"));
  EXPECT_THAT(refusal(R"({"age":{"lt":true}})"), HasSubstr("not true or false"));
  EXPECT_THAT(refusal(R"({"a.b":{"in":5}})"),
              HasSubstr(R"(operator "in" of the path "a.b" needs a list)"));
  EXPECT_THAT(refusal(R"({"a":{"prefix":5}})"), HasSubstr("needs a text, not a number"));
  EXPECT_THAT(refusal(R"({"a":{"exists":1}})"), HasSubstr("needs true or false"));
  EXPECT_THAT(refusal(R"({"a":{"eq":"x","fold":1}})"),
              HasSubstr(R"("fold" of the path "a" needs true or false)"));
  EXPECT_THAT(refusal(R"({"a":{}})"), HasSubstr(R"(no operator for the path "a")"));
  EXPECT_THAT(refusal(R"({"a":{"fold":true}})"), HasSubstr(R"(no operator for the path "a")"));
  EXPECT_THAT(refusal(R"({"a":{"not":5}})"), HasSubstr("needs an object of operators"));
  EXPECT_THAT(refusal(R"({"or":[]})"), HasSubstr(R"("or" needs a list of filters)"));
  EXPECT_THAT(refusal(R"({"and":{"a":1}})"), HasSubstr(R"("and" needs a list of filters)"));
  EXPECT_THAT(refusal(R"({"and":[1]})"), HasSubstr(R"("and" needs a list of filters)"));
  EXPECT_THAT(refusal(R"({"not":[]})"), HasSubstr("\"not\" needs a filter"));
  EXPECT_THAT(refusal(R"({"a..b":1})"), HasSubstr("has an empty name"));
  EXPECT_THAT(refusal(R"([1])"), HasSubstr("the filter: "));
  EXPECT_THAT(refusal(R"({"a":1)"), HasSubstr("at byte 6"));
  EXPECT_THAT(refusal(R"({"a":1,"a":2})"), HasSubstr("the field \"a\" twice"));
}

TEST(FilterParser, HasLimits) {
  std::string nested = R"({"a":1})";
  for (unsigned i = 0; i < kFilterDepthMax - 1; ++i) nested = R"({"not":)" + nested + "}";
  EXPECT_EQ(refusal(nested), "accepted");
  EXPECT_THAT(refusal(R"({"not":)" + nested + "}"), HasSubstr("deeper than 32"));

  const auto many = [](size_t count, const std::string& one, const std::string& begin,
                       const std::string& end) {
    std::string list = begin;
    for (size_t i = 0; i < count; ++i) list += (i == 0 ? "" : ",") + one;
    return list + end;
  };
  EXPECT_EQ(refusal(many(kFilterConditionsMax, R"({"a":1})", R"({"or":[)", "]}")), "accepted");
  EXPECT_THAT(refusal(many(kFilterConditionsMax + 1, R"({"a":1})", R"({"or":[)", "]}")),
              HasSubstr("more than 1000 operators"));
  EXPECT_EQ(refusal(many(kFilterValuesMax, "1", R"({"a":{"in":[)", "]}}")), "accepted");
  EXPECT_THAT(refusal(many(kFilterValuesMax + 1, "1", R"({"a":{"in":[)", "]}}")),
              HasSubstr(R"("in" of the path "a" has more than 10000 values)"));
  EXPECT_THAT(refusal(std::string(kFilterBytesMax + 1, ' ')), HasSubstr("at most 1048576"));
}

}  // namespace
}  // namespace weir::cache
