#include "env/posix_directory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "tests/env/posix_test.h"

namespace weir::env {
namespace {

using PosixDirectoryTest = PosixTest;

TEST_F(PosixDirectoryTest, what_root_makes_belongs_to_the_owner_of_the_store) {
  if (!is_root()) GTEST_SKIP() << "needs root";
  make_directory();
  ASSERT_EQ(::chown(path().c_str(), kOtherUser, kOtherUser), 0);

  ASSERT_TRUE(open_existing().take()->open("file", OpenMode::kCreateNew).ok());

  struct stat about = {};
  ASSERT_EQ(::stat(path_of("file").c_str(), &about), 0);
  EXPECT_EQ(about.st_uid, kOtherUser);
}

TEST_F(PosixDirectoryTest, planted_files_are_refused_without_hanging) {
  const auto directory = make_directory();
  ASSERT_EQ(::symlink("/etc/passwd", path_of("link").c_str()), 0);
  ASSERT_EQ(::mkfifo(path_of("fifo").c_str(), 0600), 0);
  ASSERT_EQ(::mkdir(path_of("inner").c_str(), 0700), 0);
  ASSERT_TRUE(directory->open("file", OpenMode::kCreateNew).ok());
  ASSERT_EQ(::link(path_of("file").c_str(), path_of("second").c_str()), 0);

  for (const char* const name : {"link", "fifo", "inner", "second"}) {
    for (const OpenMode mode : {OpenMode::kRead, OpenMode::kWrite}) {
      const Status status = directory->open(name, mode).status();
      EXPECT_EQ(status.code(), Code::kAccess) << name << ": " << status.to_string();
      EXPECT_NE(status.message().find(path_of(name)), std::string_view::npos);
    }
    EXPECT_EQ(directory->lock(name, true).status().code(), Code::kAccess) << name;
  }
}

TEST_F(PosixDirectoryTest, sync_notices_that_the_directory_was_deleted) {
  const auto directory = make_directory();
  ASSERT_EQ(::rmdir(path().c_str()), 0);

  EXPECT_EQ(directory->sync().code(), Code::kIo);
  const Status created = directory->open("file", OpenMode::kCreateNew).status();
  EXPECT_EQ(created.code(), Code::kIo) << "a failure, not the outcome 'not found'";
}

TEST_F(PosixDirectoryTest, lock_of_a_killed_process_is_free_and_its_number_was_named) {
  const auto directory = make_directory();
  int ready[2] = {};
  ASSERT_EQ(::pipe2(ready, O_CLOEXEC), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto own = make_directory();
    const auto held = own->lock("LOCK", true);
    const char answer = held.ok() ? 'y' : 'n';
    if (::write(ready[1], &answer, 1) == 1) ::pause();
    ::_exit(1);
  }
  char answer = 0;
  ASSERT_EQ(::read(ready[0], &answer, 1), 1);
  ASSERT_EQ(answer, 'y');

  const Status refused = directory->lock("LOCK", true).status();
  EXPECT_EQ(refused.code(), Code::kLocked);
  EXPECT_EQ(refused.message(), text("store ", path(), " is in use by process ", child));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(directory->lock("LOCK", true).ok());
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(PosixDirectoryTest, a_replaced_lock_file_is_noticed) {
  const auto directory = make_directory();
  const auto held = directory->lock("LOCK", true).take();
  ASSERT_EQ(::unlink(path_of("LOCK").c_str()), 0);

  const auto second = directory->lock("LOCK", true);

  // The name now means another file, so this is a lock of its own; both know the file they hold.
  EXPECT_TRUE(second.ok());
  EXPECT_EQ(directory->lock("LOCK", true).status().code(), Code::kLocked);
}

}  // namespace
}  // namespace weir::env
