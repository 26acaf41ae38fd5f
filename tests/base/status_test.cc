#include "base/status.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace weir {
namespace {

TEST(Status, default_is_ok_and_carries_no_text) {
  const Status status;

  EXPECT_TRUE(status.ok());
  EXPECT_FALSE(status.failed());
  EXPECT_EQ(status.message(), "");
  EXPECT_EQ(status.to_string(), "ok");
}

TEST(Status, outcome_is_neither_ok_nor_failed) {
  const Status status = Code::kNotFound;

  EXPECT_FALSE(status.ok());
  EXPECT_FALSE(status.failed());
  EXPECT_EQ(status.to_string(), "not found");
}

TEST(Status, failure_keeps_code_text_and_errno_when_copied) {
  const Status failure(Code::kNoSpace, "disk full", 28);

  Status copy = failure;
  const Status moved = std::move(copy);

  EXPECT_TRUE(moved.failed());
  EXPECT_EQ(moved.code(), Code::kNoSpace);
  EXPECT_EQ(moved.os_error(), 28);
  EXPECT_EQ(moved.to_string(), "no space: disk full");
  EXPECT_EQ(failure.message(), "disk full");
}

TEST(Status, assigning_a_plain_status_drops_the_old_text) {
  Status status(Code::kIo, "bad sector", 5);

  status = Status();

  EXPECT_TRUE(status.ok());
  EXPECT_EQ(status.message(), "");
  EXPECT_EQ(status.os_error(), 0);
}

TEST(CodeName, unknown_numbers_have_a_name_too) {
  EXPECT_STREQ(code_name(Code::kFormatTooNew), "WEIR_E_FORMAT_TOO_NEW");
  EXPECT_STREQ(code_name(Code::kEmpty), "WEIR_EMPTY");
  EXPECT_STREQ(code_name(static_cast<Code>(77)), "WEIR_UNKNOWN");
}

TEST(Text, joins_strings_and_numbers) {
  EXPECT_EQ(text("size ", 12, " of ", std::string("x"), ": ", UINT64_MAX, " ", int64_t{-1}),
            "size 12 of x: 18446744073709551615 -1");
}

TEST(Quoted, escapes_what_a_terminal_could_obey) {
  EXPECT_EQ(weir::quoted("plain"), "\"plain\"");
  EXPECT_EQ(weir::quoted("a\n\x1b[2J\x7f"), "\"a\\x0a\\x1b[2J\\x7f\"");
  EXPECT_EQ(weir::quoted("say \"hi\" \\"), "\"say \\\"hi\\\" \\\\\"");
  EXPECT_EQ(weir::quoted("\xc2\x9b"), "\"\\xc2\\x9b\"");
}

TEST(Quoted, keeps_good_utf8_and_escapes_bad) {
  EXPECT_EQ(weir::quoted("gr\xc3\xbc\xc3\x9f"), "\"gr\xc3\xbc\xc3\x9f\"");
  EXPECT_EQ(weir::quoted("\xff\xc3"), "\"\\xff\\xc3\"");
  EXPECT_EQ(weir::quoted("\xed\xa0\x80"), "\"\\xed\\xa0\\x80\"");
}

TEST(Quoted, cuts_at_80_bytes_and_never_inside_a_character) {
  EXPECT_EQ(weir::quoted(std::string(80, 'x')), "\"" + std::string(80, 'x') + "\"");
  EXPECT_EQ(weir::quoted(std::string(81, 'x')), "\"" + std::string(80, 'x') + "\"...");
  EXPECT_EQ(weir::quoted(std::string(79, 'x') + "\xc3\xbc"), "\"" + std::string(79, 'x') + "\"...");
}

}  // namespace
}  // namespace weir
