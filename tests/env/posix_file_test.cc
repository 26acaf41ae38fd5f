#include "env/posix_file.h"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cerrno>
#include <csignal>
#include <string>

#include "tests/env/posix_test.h"

namespace weir::env {
namespace {

using PosixFileTest = PosixTest;

TEST_F(PosixFileTest, full_disk_is_no_space_and_the_message_says_where) {
  if (!is_root()) GTEST_SKIP() << "needs root to mount; see the test with a limit";
  const std::string mounted = world_.root() + "/small";
  ASSERT_EQ(::mkdir(mounted.c_str(), 0700), 0);
  if (::mount("none", mounted.c_str(), "tmpfs", 0, "size=1m,mode=0700") != 0) {
    GTEST_SKIP() << "mount is not allowed here";
  }
  Status status;
  {
    const auto directory = env().file_system.open_directory(mounted, false, false).take();
    const auto file = directory->open("file", OpenMode::kCreateNew).take();
    const std::string block(256 * 1024, 'x');
    for (uint64_t at = 0; status.ok() && at < 16; ++at) {
      status = write(*file, at * block.size(), block);
    }
  }
  ::umount(mounted.c_str());

  EXPECT_EQ(status.code(), Code::kNoSpace);
  EXPECT_EQ(status.os_error(), ENOSPC);
  EXPECT_NE(status.message().find("262144 bytes at 1048576 of " + mounted + "/file"),
            std::string_view::npos)
      << status.message();
}

TEST_F(PosixFileTest, file_size_limit_is_no_space) {
  make_directory();

  const int code = run_in_child([&] {
    const auto directory = make_directory();
    const auto file = directory->open("file", OpenMode::kCreateNew).take();
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {65536, 65536};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 100;
    return -static_cast<int>(write(*file, 65000, std::string(1000, 'x')).code());
  });

  EXPECT_EQ(code, -static_cast<int>(Code::kNoSpace));
}

}  // namespace
}  // namespace weir::env
