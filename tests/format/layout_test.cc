#include "format/layout.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/format/samples.h"

namespace weir::format {
namespace {

using samples::kFileId;
using samples::kSalt;
using samples::kSeed;
using samples::kUuid;

static_assert(kBlockBytes == 4096);
static_assert(kRecordBodyBytesMax == 67'108'864);
static_assert(kNumberMax == 9'223'372'036'854'775'807);
static_assert(kFormatMajor == 1 && kFormatMinor == 1);

TEST(Seed, starts_checksums_from_the_pinned_values) {
  EXPECT_EQ(kSeed.at(0), 0xE38730BDu);
  EXPECT_EQ(kSeed.at(4096), 0x7FDCCA1Bu);
}

TEST(Seed, differs_for_every_identity_and_place) {
  std::set<uint32_t> seen = {kSeed.at(0)};

  for (size_t byte = 0; byte < kUuid.size(); ++byte) {
    StoreUuid other = kUuid;
    other[byte] ^= 0x80;
    EXPECT_TRUE(seen.insert(Seed{other, kFileId, kSalt}.at(0)).second);
  }
  for (int bit = 0; bit < 64; ++bit) {
    const uint64_t flip = 1ull << bit;
    EXPECT_TRUE(seen.insert(Seed{kUuid, kFileId ^ flip, kSalt}.at(0)).second);
    EXPECT_TRUE(seen.insert(Seed{kUuid, kFileId, kSalt ^ flip}.at(0)).second);
    EXPECT_TRUE(seen.insert(kSeed.at(flip)).second);
  }
}

TEST(Position, is_ordered_by_file_and_then_offset) {
  EXPECT_LT((Position{1, 9}), (Position{2, 0}));
  EXPECT_LT((Position{2, 0}), (Position{2, 1}));
  EXPECT_EQ((Position{2, 1}), (Position{2, 1}));
}

}  // namespace
}  // namespace weir::format
