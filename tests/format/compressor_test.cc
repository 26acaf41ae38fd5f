#include "format/compressor.h"

#include <gtest/gtest.h>

#include <string>

#include "base/prng.h"

namespace weir::format {
namespace {

std::string readings(size_t count) {
  std::string all;
  for (size_t i = 0; i < count; ++i) all += "sensor-" + std::to_string(i % 7) + " 21.5 C; ";
  return all;
}

TEST(Compressor, what_was_compressed_comes_back) {
  const std::string raw = readings(1000);
  std::vector<uint8_t> stored;
  std::vector<uint8_t> back;

  ASSERT_TRUE(compress(as_bytes(raw), 3, &stored));
  EXPECT_LT(stored.size(), raw.size() / 8);
  ASSERT_TRUE(decompress(stored, static_cast<uint32_t>(raw.size()), &back).ok());
  EXPECT_EQ(as_text(back), raw);
}

TEST(Compressor, what_saves_nothing_is_not_compressed) {
  Prng random(1);
  std::vector<uint8_t> noise(10'000);
  for (uint8_t& byte : noise) byte = static_cast<uint8_t>(random.next());
  std::vector<uint8_t> stored;

  EXPECT_FALSE(compress(noise, 3, &stored));
  EXPECT_FALSE(compress({}, 3, &stored));
}

TEST(Compressor, another_size_or_damage_is_corrupt) {
  const std::string raw = readings(100);
  std::vector<uint8_t> stored;
  std::vector<uint8_t> back;
  ASSERT_TRUE(compress(as_bytes(raw), 3, &stored));
  const auto size = static_cast<uint32_t>(raw.size());

  EXPECT_EQ(decompress(stored, size + 1, &back).code(), Code::kCorrupt);
  EXPECT_EQ(decompress(stored, size - 1, &back).code(), Code::kCorrupt);
  EXPECT_EQ(decompress(ByteView(stored).first(stored.size() - 1), size, &back).code(),
            Code::kCorrupt);
  EXPECT_EQ(decompress({}, size, &back).code(), Code::kCorrupt);
}

TEST(Compressor, random_bytes_never_yield_more_than_asked_for) {
  const std::string raw = readings(100);
  std::vector<uint8_t> stored;
  ASSERT_TRUE(compress(as_bytes(raw), 3, &stored));
  Prng random(2);
  for (int i = 0; i < 2000; ++i) {
    std::vector<uint8_t> damaged = stored;
    damaged[random.next() % damaged.size()] ^= static_cast<uint8_t>(1U << (random.next() % 8));
    std::vector<uint8_t> back;
    const Status status = decompress(damaged, static_cast<uint32_t>(raw.size()), &back);
    if (status.ok()) {
      EXPECT_EQ(back.size(), raw.size());
    }
  }
}

}  // namespace
}  // namespace weir::format
