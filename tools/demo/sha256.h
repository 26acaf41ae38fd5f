// SHA-256 (FIPS 180-4), so that the demo's comparison shares no code with the library's checksums.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::demo {

class Sha256 {
 public:
  void update(std::string_view bytes);
  // The digest as 64 hexadecimal digits; nothing may be added after that.
  std::string finish();

 private:
  void block(const uint8_t* bytes);

  std::array<uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<uint8_t, 64> rest_{};
  size_t rest_size_ = 0;
  uint64_t size_ = 0;
};

std::string sha256(std::string_view bytes);

}  // namespace weir::demo
