// What only the real system has: owners, modes, links, full disks, processes.
#include "env/posix_file_system.h"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "tests/env/posix_test.h"

namespace weir::env {
namespace {

using PosixFileSystemTest = PosixTest;

TEST_F(PosixFileSystemTest, makes_private_directories_and_files_whatever_the_umask_is) {
  const mode_t before = ::umask(0);
  const auto directory = env().file_system.open_directory(path() + "/deep", true, false).take();
  ::umask(0277);
  ASSERT_TRUE(directory->open("file", OpenMode::kCreateNew).ok());
  ASSERT_TRUE(directory->lock("LOCK", true).ok());
  ::umask(before);

  EXPECT_EQ(mode_of(path()), 0700U);
  EXPECT_EQ(mode_of(path() + "/deep"), 0700U);
  EXPECT_EQ(mode_of(path() + "/deep/file"), 0600U);
  EXPECT_EQ(mode_of(path() + "/deep/LOCK"), 0600U);
}

TEST_F(PosixFileSystemTest, refuses_a_directory_that_others_may_write_to) {
  make_directory();
  for (const mode_t mode : {0770U, 0702U}) {
    ASSERT_EQ(::chmod(path().c_str(), mode), 0);

    const Status status = open_existing().status();

    EXPECT_EQ(status.code(), Code::kAccess);
    EXPECT_NE(status.message().find(path()), std::string_view::npos) << status.message();
    EXPECT_NE(status.message().find(mode == 0770U ? "0770" : "0702"), std::string_view::npos);
  }
  ASSERT_EQ(::chmod(path().c_str(), 0755), 0);
  EXPECT_TRUE(open_existing().ok());
}

TEST_F(PosixFileSystemTest, another_user_is_refused_but_root_may) {
  if (!is_root()) GTEST_SKIP() << "needs root to become somebody else";
  make_directory();
  ASSERT_EQ(::chmod(world_.root().c_str(), 0755), 0);
  ASSERT_EQ(::chmod(path().c_str(), 0755), 0);

  const int code = run_in_child([&] {
    if (::setuid(kOtherUser) != 0) return 100;
    return -static_cast<int>(open_existing().status().code());
  });
  ASSERT_EQ(::chown(path().c_str(), kOtherUser, kOtherUser), 0);
  const auto as_root = open_existing();

  EXPECT_EQ(code, -static_cast<int>(Code::kAccess));
  ASSERT_TRUE(as_root.ok()) << as_root.status().to_string();
}

TEST_F(PosixFileSystemTest, a_directory_without_write_permission_is_refused_at_open) {
  if (!is_root()) GTEST_SKIP() << "needs root to become somebody else";
  make_directory();
  ASSERT_EQ(::chmod(world_.root().c_str(), 0755), 0);
  ASSERT_EQ(::chmod(path().c_str(), 0500), 0);
  ASSERT_EQ(::chown(path().c_str(), kOtherUser, kOtherUser), 0);

  const int code = run_in_child([&] {
    if (::setuid(kOtherUser) != 0) return 100;
    if (!env().file_system.open_directory(path(), false, true).ok()) return 101;
    return -static_cast<int>(open_existing().status().code());
  });

  EXPECT_EQ(code, -static_cast<int>(Code::kAccess));
}

TEST_F(PosixFileSystemTest, a_read_only_file_system_says_so_at_open) {
  if (!is_root()) GTEST_SKIP() << "needs root to mount";
  const std::string mounted = world_.root() + "/frozen";
  ASSERT_EQ(::mkdir(mounted.c_str(), 0700), 0);
  if (::mount("none", mounted.c_str(), "tmpfs", MS_RDONLY, "size=1m,mode=0700") != 0) {
    GTEST_SKIP() << "mount is not allowed here";
  }
  const Code writable = env().file_system.open_directory(mounted, true, false).status().code();
  const bool readable = env().file_system.open_directory(mounted, false, true).ok();
  ::umount(mounted.c_str());

  EXPECT_EQ(writable, Code::kReadOnly);
  EXPECT_TRUE(readable);
}

}  // namespace
}  // namespace weir::env
