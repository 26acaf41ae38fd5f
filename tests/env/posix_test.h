// What the tests of the POSIX environment share: a directory of their own, and children.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>

#include "tests/env/environments.h"

namespace weir::env {

inline constexpr uid_t kOtherUser = 65534;

class PosixTest : public WorldTest<PosixWorld> {
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
inline int run_in_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace weir::env
