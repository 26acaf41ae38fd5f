#include "env/posix_error.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace weir::env {
namespace {

TEST(PosixError, full_disks_permissions_and_the_rest) {
  for (const int full : {ENOSPC, EDQUOT, EFBIG}) EXPECT_EQ(code_of_errno(full), Code::kNoSpace);
  for (const int denied : {EACCES, EPERM}) EXPECT_EQ(code_of_errno(denied), Code::kAccess);
  EXPECT_EQ(code_of_errno(EROFS), Code::kReadOnly);
  for (const int other : {EIO, ENOENT, EBADF}) EXPECT_EQ(code_of_errno(other), Code::kIo);
}

TEST(PosixError, says_what_and_why) {
  const Status failure = posix_failure("cannot read /x", EIO);

  EXPECT_EQ(failure.to_string(), "io: cannot read /x: Input/output error (errno 5)");
  EXPECT_EQ(failure.os_error(), EIO);
}

TEST(PosixError, modes_are_octal) { EXPECT_EQ(permissions_text(0100750), "0750"); }

}  // namespace
}  // namespace weir::env
