// The bytes of a simulated file: pages that images share until one of them writes (a test makes
// tens of thousands of crash images), where a page of zeros is no page at all (log files are
// written full of zeros before use). Bytes beyond the size may be set by the sector functions;
// resize clears them. Not thread-safe: images that were copied from each other stay in one thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"

namespace weir::sim {

inline constexpr uint64_t kSectorBytes = 512;
inline constexpr uint64_t kPageBytes = 4096;
inline constexpr uint64_t kSectorsPerPage = kPageBytes / kSectorBytes;

class SimImage {
 public:
  uint64_t size() const { return size_; }
  void resize(uint64_t size);
  void read(uint64_t offset, MutableBytes into) const;
  // Grows the size when it writes beyond it.
  void write(uint64_t offset, ByteView bytes);

  // Sectors `first` to `last`, both included; the size stays.
  void copy_sectors(const SimImage& from, uint64_t first, uint64_t last);
  void zero_sector(uint64_t sector);
  void overwrite_page(uint64_t page, ByteView bytes);
  bool is_zero_page(uint64_t page) const { return page >= pages_.size() || !pages_[page]; }

  // Of size and content; pages remember theirs.
  uint64_t hash() const;

 private:
  struct Page {
    std::array<uint8_t, kPageBytes> bytes = {};
    uint64_t hash = 0;  // 0: not computed
  };

  Page& writable_page(uint64_t page);
  void drop_page_of_zeros(uint64_t page);
  void put(uint64_t offset, const uint8_t* bytes, uint64_t size);

  std::vector<std::shared_ptr<Page>> pages_;
  uint64_t size_ = 0;
};

// Mixes a number into a hash (the finaliser of SplitMix64).
uint64_t mix(uint64_t hash, uint64_t value);

}  // namespace weir::sim
