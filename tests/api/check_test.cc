#include "api/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace weir::api {
namespace {

using ::testing::HasSubstr;

TEST(Check, tells_utf8_from_other_bytes) {
  for (const char* good :
       {"", "abc", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
        "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const char* bad : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2x", "\xE0\x80\x80",
                          "\xE0\xA0", "\xE2\x82x", "\xED\xA0\x80", "\xF0\x80\x80\x80",
                          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "ab\xFE"}) {
    EXPECT_FALSE(is_utf8(bad)) << bad;
  }
}

TEST(Check, finds_control_characters) {
  for (const char* good : {"", "abc", "\xC2\xA0", "\xC3\x80", " ~"}) {
    EXPECT_FALSE(has_control_character(good)) << good;
  }
  for (const char* bad : {"\x01", "a\nb", "a\x1F", "\x7F", "\xC2\x80", "x\xC2\x9F"}) {
    EXPECT_TRUE(has_control_character(bad)) << bad;
  }
}

TEST(Check, names_the_text_and_the_limit) {
  const std::string longest(255, 'n');
  const std::string too_long(256, 'n');

  EXPECT_TRUE(check_text("queue name", longest.c_str(), 1, 255).ok());
  EXPECT_TRUE(check_text("queue name", "../../etc/passwd", 1, 255).ok());
  const auto message = [](const char* value) {
    auto checked = check_text("queue name", value, 1, 255);
    EXPECT_EQ(checked.status().code(), Code::kInvalidArgument);
    return checked.status().to_string();
  };
  EXPECT_THAT(message(nullptr), HasSubstr("queue name is NULL"));
  EXPECT_THAT(message(""), HasSubstr("queue name is empty; it has from 1 to 255 bytes"));
  EXPECT_THAT(message(too_long.c_str()), HasSubstr("has more than 255 bytes"));
  EXPECT_THAT(message("a\xFFz"), HasSubstr("is not UTF-8"));
  EXPECT_THAT(message("a\xFFz"), HasSubstr("\\xff"));
  EXPECT_THAT(message("a\tz"), HasSubstr("contains a control character"));
}

TEST(Check, accepts_both_ends_of_a_range_and_nothing_beyond) {
  EXPECT_TRUE(check_range("n", 1, 1, 10).ok());
  EXPECT_TRUE(check_range("n", 10, 1, 10).ok());
  EXPECT_THAT(check_range("n", 0, 1, 10).to_string(), HasSubstr("n is 0; it goes from 1 to 10"));
  EXPECT_THAT(check_range("n", 11, 1, 10).to_string(), HasSubstr("n is 11"));
  EXPECT_TRUE(check_duration("t", 0).ok());
  EXPECT_TRUE(check_duration("t", queue::kDurationMsMax).ok());
  EXPECT_THAT(check_duration("t", -1).to_string(), HasSubstr("t is -1; it goes from 0 to"));
  EXPECT_FALSE(check_duration("t", queue::kDurationMsMax + 1).ok());
  EXPECT_TRUE(check_flag("f", 1).ok());
  EXPECT_THAT(check_flag("f", 2).to_string(), HasSubstr("f is 2; it is 0 or 1"));
}

TEST(Check, knows_which_durability_can_be_asked_for) {
  for (const uint32_t good : {0U, 2U, 3U}) {
    EXPECT_EQ(static_cast<uint32_t>(check_durability(good).value()), good);
  }
  for (const uint32_t bad : {1U, 4U, UINT32_MAX}) {
    EXPECT_THAT(check_durability(bad).status().to_string(),
                HasSubstr("durability is " + std::to_string(bad)));
  }
}

TEST(Check, wants_data_where_there_is_a_size) {
  EXPECT_TRUE(check_data("data", nullptr, 0).ok());
  EXPECT_EQ(check_data("data", "abc", 3).value().size(), 3U);
  EXPECT_THAT(check_data("data", nullptr, 7).status().to_string(),
              HasSubstr("data is NULL and its size is 7"));
}

TEST(Check, empties_the_output_first) {
  int dummy = 0;
  int* out = &dummy;

  EXPECT_TRUE(check_out("out", &out).ok());
  EXPECT_EQ(out, nullptr);
  EXPECT_THAT(check_out<int>("out", nullptr).to_string(), HasSubstr("out is NULL"));
}

}  // namespace
}  // namespace weir::api
