#include "env/file_name.h"

#include <gtest/gtest.h>

#include <string_view>

namespace weir::env {
namespace {

TEST(CheckFileName, takes_our_own_names_only) {
  for (const std::string_view name : {"wal-00000001", "LOCK", "a.b_c-D9", ".hidden", "..."}) {
    EXPECT_TRUE(check_file_name(name).ok()) << name;
  }
  for (const std::string_view name : {"", ".", "..", "a/b", "a b", "a\\b", "\xc3\xbc", "a\n"}) {
    EXPECT_EQ(check_file_name(name).code(), Code::kInvalidArgument) << name;
  }
  EXPECT_FALSE(check_file_name(std::string_view("a\0b", 3)).ok());
}

}  // namespace
}  // namespace weir::env
