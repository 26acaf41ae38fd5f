#include <gtest/gtest.h>

#include "env/env.h"

namespace weir::env {
namespace {

TEST(PosixEnv, is_one_for_the_process) {
  EXPECT_EQ(&posix_env(), &posix_env());
  EXPECT_EQ(fork_generation(), fork_generation());
}

}  // namespace
}  // namespace weir::env
