// Histogram: counts of values in log-linear buckets, four to each power of two, so that a value is known to a quarter
// (the scheme of HdrHistogram, Gil Tene, with two significant bits). Not thread-safe.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace weir {

class Histogram {
 public:
  static constexpr size_t kBucketCount = 4 * 63;

  void record(uint64_t value) {
    ++buckets_[index_of(value)];
    ++count_;
    sum_ += value;
  }
  uint64_t count() const { return count_; }
  uint64_t sum() const { return sum_; }
  // How many values are at most `bound`, which is rounded up to the end of its bucket.
  uint64_t count_up_to(uint64_t bound) const {
    uint64_t count = 0;
    for (size_t i = 0; i <= index_of(bound); ++i) count += buckets_[i];
    return count;
  }

 private:
  static size_t index_of(uint64_t value) {
    if (value < 4) return static_cast<size_t>(value);
    const auto exponent = static_cast<size_t>(std::bit_width(value)) - 3;  // of the last two bits
    return 4 * exponent + static_cast<size_t>(value >> exponent);
  }

  std::array<uint64_t, kBucketCount> buckets_{};
  uint64_t count_ = 0;
  uint64_t sum_ = 0;
};

}  // namespace weir
