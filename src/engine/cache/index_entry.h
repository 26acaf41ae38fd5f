// The entries of an index and the order of their keys.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "format/document_codec.h"

namespace weir::cache {

inline constexpr unsigned kNumberBits = 52;  // of a document's number
inline constexpr uint64_t kNumberMask = (uint64_t{1} << kNumberBits) - 1;

// null < false < true < numbers. A number is the largest double that is not above it, and what it exceeds that by (0 for
// doubles, less than 2^11 for integers): so the order is the exact numeric one, and 30 and 30.0 are the same key.
struct ScalarEntry {
  uint64_t head;  // the double, with its bits in the order of its values
  uint64_t tail;  // the rest x 2^52 + the document's number

  static bool less(const ScalarEntry& one, const ScalarEntry& other) {
    return one.head != other.head ? one.head < other.head : one.tail < other.tail;
  }
  uint64_t number() const { return tail & kNumberMask; }

  static ScalarEntry of(const format::ValueView& value, uint64_t number);
  static constexpr uint64_t kNumbersFirst = 3;  // of head; null, false and true are below
};

// The first 64 bytes of a text.
struct TextEntry {
  static constexpr size_t kHeadBytes = 8;
  static constexpr size_t kBytesMax = 64;

  uint64_t head;     // the first 8 bytes as a number, zeros where there are none
  uint64_t tail;     // the number of bytes x 2^52 + the document's number
  const char* rest;  // the others

  size_t size() const { return static_cast<size_t>(tail >> kNumberBits); }
  size_t rest_size() const { return size() > kHeadBytes ? size() - kHeadBytes : 0; }
  std::string_view rest_text() const { return {rest, rest_size()}; }
  uint64_t number() const { return tail & kNumberMask; }

  // The text only: less than 0, 0, more than 0.
  static int compare(const TextEntry& one, const TextEntry& other) {
    if (one.head != other.head) return one.head < other.head ? -1 : 1;
    const size_t common = std::min(one.rest_size(), other.rest_size());
    const int order = common == 0 ? 0 : std::memcmp(one.rest, other.rest, common);
    if (order != 0) return order;
    // Equal as far as both go (zeros beyond the end of one are real bytes of the other): the shorter one comes first.
    return one.size() < other.size() ? -1 : one.size() > other.size() ? 1 : 0;
  }
  static bool less(const TextEntry& one, const TextEntry& other) {
    const int order = compare(one, other);
    return order != 0 ? order < 0 : one.number() < other.number();
  }
  bool starts_with(const TextEntry& prefix) const;

  // Points into `text`.
  static TextEntry of(std::string_view text, uint64_t number);
};

// Where the rests of texts live. Nothing is given back but all of it.
class TextPool {
 public:
  const char* keep(std::string_view text);
  uint64_t bytes() const { return bytes_; }

 private:
  static constexpr size_t kChunkBytes = 16 << 10;
  std::vector<std::unique_ptr<char[]>> chunks_;
  size_t left_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace weir::cache
