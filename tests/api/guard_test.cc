#include "api/guard.h"

#include <gtest/gtest.h>

#include <cstring>
#include <stdexcept>
#include <string>

#include "base/assert.h"

namespace weir::api {
namespace {

weir_error zeroed() { return {}; }

TEST(Guard, leaves_the_error_alone_on_success_and_on_outcomes) {
  weir_error err = {sizeof(weir_error), 77, 88, 0, "from before"};

  EXPECT_EQ(guard(&err, [] { return Status(); }), WEIR_OK);
  EXPECT_EQ(guard(&err, [] { return Status(Code::kEmpty); }), WEIR_EMPTY);

  EXPECT_EQ(err.status, 77);
  EXPECT_EQ(err.os_error, 88);
  EXPECT_STREQ(err.message, "from before");
}

TEST(Guard, overwrites_the_whole_error_on_failure) {
  weir_error err = {};
  std::memset(&err, 'x', sizeof err);
  err.struct_size = 0;

  EXPECT_EQ(guard(&err, [] { return Status(Code::kIo, "bad sector", 5); }), WEIR_E_IO);

  EXPECT_EQ(err.struct_size, sizeof(weir_error));
  EXPECT_EQ(err.status, WEIR_E_IO);
  EXPECT_EQ(err.os_error, 5);
  EXPECT_EQ(err.reserved, 0U);
  EXPECT_STREQ(err.message, "bad sector");
  EXPECT_EQ(err.message[sizeof err.message - 1], 0);
}

TEST(Guard, writes_nothing_into_an_error_of_another_size) {
  for (const uint32_t size : {1U, 255U, 257U, UINT32_MAX}) {
    weir_error err = {size, 1, 2, 3, "untouched"};

    EXPECT_EQ(guard(&err, [] { return Status(Code::kIo, "bad sector"); }), WEIR_E_IO);

    EXPECT_EQ(err.status, 1);
    EXPECT_STREQ(err.message, "untouched");
  }
}

TEST(Guard, accepts_no_error_at_all) {
  EXPECT_EQ(guard(nullptr, [] { return Status(Code::kIo, "bad sector"); }), WEIR_E_IO);
}

TEST(Guard, says_something_when_the_status_does_not) {
  for (int code = -18; code < 0; ++code) {
    weir_error err = zeroed();

    EXPECT_EQ(guard(&err, [&] { return Status(static_cast<Code>(code)); }), code);

    EXPECT_GT(std::strlen(err.message), 4U) << code;
  }
}

TEST(Guard, turns_exceptions_into_statuses) {
  const auto thrown = [](weir_error* err, auto exception) {
    return guard(err, [&]() -> Status { throw exception; });
  };
  weir_error err = zeroed();

  EXPECT_EQ(thrown(&err, std::bad_alloc()), WEIR_E_NO_MEMORY);
  EXPECT_EQ(thrown(&err, BrokenInvariant("broken invariant: a == b")), WEIR_E_INTERNAL);
  EXPECT_STREQ(err.message, "broken invariant: a == b");
  EXPECT_EQ(thrown(&err, std::runtime_error("what it said")), WEIR_E_INTERNAL);
  EXPECT_STREQ(err.message, "what it said");
  EXPECT_EQ(thrown(&err, 42), WEIR_E_INTERNAL);
  EXPECT_STREQ(err.message, "an exception of unknown type");
  EXPECT_EQ(thrown(nullptr, 42), WEIR_E_INTERNAL);
}

TEST(Guard, cuts_a_long_message_between_two_characters) {
  // 239 bytes fit. A character of each length, moved over the edge byte by byte.
  for (const std::string character : {"x", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"}) {
    for (size_t before = 230; before < 245; ++before) {
      weir_error err = zeroed();
      std::string message(before, 'a');
      for (int i = 0; i < 10; ++i) message += character;

      EXPECT_EQ(guard(&err, [&] { return Status(Code::kIo, message); }), WEIR_E_IO);

      const std::string got = err.message;
      EXPECT_EQ(message.compare(0, got.size(), got), 0);
      EXPECT_LE(got.size(), 239U);
      EXPECT_GT(got.size() + character.size(), 239U);
      if (got.size() > before) {
        EXPECT_EQ((got.size() - before) % character.size(), 0U);
      }
    }
  }
}

}  // namespace
}  // namespace weir::api
