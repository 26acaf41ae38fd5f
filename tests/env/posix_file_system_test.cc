// What only the real system has: owners, modes, links, full disks, processes.
#include "env/posix_file_system.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <string>

#include "tests/env/environments.h"

namespace weir::env {
namespace {

constexpr uid_t kOtherUser = 65534;

class PosixFileSystemTest : public WorldTest<PosixWorld> {
 protected:
  std::string path_of(const std::string& name) const { return path() + "/" + name; }
  mode_t mode_of(const std::string& file) {
    struct stat about = {};
    EXPECT_EQ(::stat(file.c_str(), &about), 0);
    return about.st_mode & 07777U;
  }
  Result<std::unique_ptr<Directory>> open_existing() {
    return env().file_system.open_directory(path(), false, false);
  }
  bool is_root() const { return ::geteuid() == 0; }
};

// The exit status of a child that runs `body`; -1 when a signal ended it.
int run_in_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

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

TEST_F(PosixFileSystemTest, what_root_makes_belongs_to_the_owner_of_the_store) {
  if (!is_root()) GTEST_SKIP() << "needs root";
  make_directory();
  ASSERT_EQ(::chown(path().c_str(), kOtherUser, kOtherUser), 0);

  ASSERT_TRUE(open_existing().take()->open("file", OpenMode::kCreateNew).ok());

  struct stat about = {};
  ASSERT_EQ(::stat(path_of("file").c_str(), &about), 0);
  EXPECT_EQ(about.st_uid, kOtherUser);
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

TEST_F(PosixFileSystemTest, planted_files_are_refused_without_hanging) {
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

TEST_F(PosixFileSystemTest, full_disk_is_no_space_and_the_message_says_where) {
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

TEST_F(PosixFileSystemTest, file_size_limit_is_no_space) {
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

TEST_F(PosixFileSystemTest, sync_notices_that_the_directory_was_deleted) {
  const auto directory = make_directory();
  ASSERT_EQ(::rmdir(path().c_str()), 0);

  EXPECT_EQ(directory->sync().code(), Code::kIo);
  const Status created = directory->open("file", OpenMode::kCreateNew).status();
  EXPECT_EQ(created.code(), Code::kIo) << "a failure, not the outcome 'not found'";
}

TEST_F(PosixFileSystemTest, lock_of_a_killed_process_is_free_and_its_number_was_named) {
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

TEST_F(PosixFileSystemTest, a_forked_child_neither_keeps_nor_ends_the_lock) {
  const auto directory = make_directory();
  auto held = directory->lock("LOCK", true).take();
  const auto file = directory->open("file", OpenMode::kCreateNew).take();
  const uint32_t generation = fork_generation();
  int done[2] = {};
  ASSERT_EQ(::pipe2(done, O_CLOEXEC), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const bool closed = !file->size().ok() && !directory->list().ok();
    const bool counted = fork_generation() != generation;
    held.reset();  // must not unlock the parent's
    const char answer = closed && counted ? 'y' : 'n';
    if (::write(done[1], &answer, 1) == 1) ::pause();
    ::_exit(1);
  }
  char answer = 0;
  ASSERT_EQ(::read(done[0], &answer, 1), 1);

  EXPECT_EQ(answer, 'y');
  EXPECT_EQ(make_directory()->lock("LOCK", true).status().code(), Code::kLocked);
  EXPECT_EQ(fork_generation(), generation);
  held.reset();
  EXPECT_TRUE(make_directory()->lock("LOCK", true).ok()) << "the child keeps it";
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(done[0]);
  ::close(done[1]);
}

TEST_F(PosixFileSystemTest, a_replaced_lock_file_is_noticed) {
  const auto directory = make_directory();
  const auto held = directory->lock("LOCK", true).take();
  ASSERT_EQ(::unlink(path_of("LOCK").c_str()), 0);

  const auto second = directory->lock("LOCK", true);

  // The name now means another file, so this is a lock of its own; both know the file they hold.
  EXPECT_TRUE(second.ok());
  EXPECT_EQ(directory->lock("LOCK", true).status().code(), Code::kLocked);
}

TEST_F(PosixFileSystemTest, an_executor_task_of_the_parent_can_be_dropped_in_a_child) {
  auto task = env().executor.start("parent", [] { return kNever; });

  const int code = run_in_child([&] {
    task->wake();
    task.reset();
    return 7;
  });

  EXPECT_EQ(code, 7);
}

}  // namespace
}  // namespace weir::env
