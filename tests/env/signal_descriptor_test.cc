#include "env/signal_descriptor.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>

namespace weir::env {

namespace {

bool is_readable(const SignalDescriptor& signal) {
  pollfd waited{signal.number(), POLLIN, 0};
  return poll(&waited, 1, 0) == 1 && (waited.revents & POLLIN) != 0;
}

TEST(SignalDescriptor, is_readable_while_it_is_set) {
  const std::unique_ptr<SignalDescriptor> signal = SignalDescriptor::create().take();
  EXPECT_FALSE(is_readable(*signal));
  signal->set();
  signal->set();
  EXPECT_TRUE(is_readable(*signal));
  EXPECT_TRUE(is_readable(*signal));
  signal->clear();
  EXPECT_FALSE(is_readable(*signal));
  signal->clear();
  EXPECT_FALSE(is_readable(*signal));
  signal->set();
  EXPECT_TRUE(is_readable(*signal));
}

TEST(SignalDescriptor, says_when_the_process_has_none_left) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const Result<std::unique_ptr<SignalDescriptor>> refused = SignalDescriptor::create();
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), Code::kLimit);
}

}  // namespace

}  // namespace weir::env
