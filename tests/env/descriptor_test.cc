#include "env/descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

#include "tests/env/posix_test.h"

namespace weir::env {
namespace {

using DescriptorTest = PosixTest;

TEST_F(DescriptorTest, a_forked_child_neither_keeps_nor_ends_the_lock) {
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

TEST_F(DescriptorTest, moves_and_closes) {
  Descriptor first = Descriptor::open_at(AT_FDCWD, world_.root().c_str(), O_RDONLY);
  ASSERT_TRUE(first.is_open());
  const int number = first.number();

  Descriptor second = std::move(first);
  EXPECT_EQ(second.number(), number);
  EXPECT_NE(::fcntl(number, F_GETFD) & FD_CLOEXEC, 0);
  second.close();

  EXPECT_FALSE(second.is_open());
  EXPECT_EQ(::fcntl(number, F_GETFD), -1);
}

TEST_F(DescriptorTest, failure_leaves_errno) {
  const Descriptor none = Descriptor::open_at(AT_FDCWD, "/no/such/file", O_RDONLY);
  const int failure = errno;

  EXPECT_FALSE(none.is_open());
  EXPECT_EQ(failure, ENOENT);
}

}  // namespace
}  // namespace weir::env
