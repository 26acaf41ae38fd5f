#include "env/env.h"

#include <gtest/gtest.h>

namespace weir::env {
namespace {

class CountingRandom : public Random {
 public:
  void fill(MutableBytes into) override {
    for (uint8_t& byte : into) byte = ++last_;
  }

 private:
  uint8_t last_ = 0;
};

TEST(Random, next_takes_eight_bytes) {
  CountingRandom random;

  EXPECT_EQ(random.next(), 0x0807060504030201U);
  EXPECT_EQ(random.next(), 0x100F0E0D0C0B0A09U);
}

}  // namespace
}  // namespace weir::env
