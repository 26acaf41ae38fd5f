#include "base/keyed_hash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace weir {
namespace {

KeyedHash::Secret secret_of(uint8_t seed) {
  KeyedHash::Secret secret;
  for (size_t i = 0; i < secret.size(); ++i) secret[i] = static_cast<uint8_t>(seed + i * 41);
  return secret;
}

TEST(KeyedHash, depends_on_every_byte_and_on_the_secret) {
  const KeyedHash hash(secret_of(1));
  const KeyedHash other(secret_of(2));
  std::set<uint64_t> seen;
  for (size_t length = 0; length < 300; ++length) {
    std::string text(length, 'a');
    EXPECT_EQ(hash(as_bytes(text)), hash(as_bytes(text)));
    EXPECT_NE(hash(as_bytes(text)).low, other(as_bytes(text)).low);
    EXPECT_TRUE(seen.insert(hash(as_bytes(text)).low).second);
    if (length == 0) continue;
    text[length / 2] = 'b';
    EXPECT_TRUE(seen.insert(hash(as_bytes(text)).low).second);
  }
}

}  // namespace
}  // namespace weir
