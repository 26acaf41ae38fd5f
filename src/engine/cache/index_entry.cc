#include "engine/cache/index_entry.h"

#include <cmath>

#include "base/assert.h"
#include "base/bytes.h"

namespace weir::cache {

namespace {

using format::ValueType;
using format::ValueView;

// Doubles as integers of the same order. The bit patterns of negative NaNs, which no document has, are the smallest ones:
// room for null, false and true.
uint64_t ordered(double value) {
  const auto bits = std::bit_cast<uint64_t>(value == 0 ? 0.0 : value);
  return bits >> 63 ? ~bits : bits | uint64_t{1} << 63;
}

double next_below(double value) { return std::nextafter(value, -INFINITY); }

double floor_of(int64_t value) {
  const auto nearest = static_cast<double>(value);
  const bool above = nearest >= 0x1p63 || static_cast<int64_t>(nearest) > value;
  return above ? next_below(nearest) : nearest;
}

double floor_of(uint64_t value) {
  const auto nearest = static_cast<double>(value);
  const bool above = nearest >= 0x1p64 || static_cast<uint64_t>(nearest) > value;
  return above ? next_below(nearest) : nearest;
}

}  // namespace

ScalarEntry ScalarEntry::of(const ValueView& value, uint64_t number) {
  uint64_t rest = 0;
  double below = 0;
  switch (value.type()) {
    case ValueType::kNull:
      return {0, number};
    case ValueType::kBool:
      return {value.as_bool() ? 2u : 1u, number};
    case ValueType::kFloat:
      return {ordered(value.as_float()), number};
    case ValueType::kInt:
      below = floor_of(value.as_int());
      rest = static_cast<uint64_t>(value.as_int()) -
             static_cast<uint64_t>(static_cast<int64_t>(below));
      break;
    case ValueType::kUint:
      below = floor_of(value.as_uint());
      rest = value.as_uint() - static_cast<uint64_t>(below);
      break;
    case ValueType::kText:
    case ValueType::kList:
    case ValueType::kObject:
      WEIR_ASSERT(false);
      break;
  }
  return {ordered(below), rest << kNumberBits | number};
}

TextEntry TextEntry::of(std::string_view text, uint64_t number) {
  text = text.substr(0, kBytesMax);
  uint8_t head[kHeadBytes] = {};
  if (!text.empty()) std::memcpy(head, text.data(), std::min(text.size(), kHeadBytes));
  const uint64_t tail = uint64_t{text.size()} << kNumberBits | number;
  const char* rest = text.size() > kHeadBytes ? text.data() + kHeadBytes : nullptr;
  return {__builtin_bswap64(load_little<uint64_t>(head)), tail, rest};
}

bool TextEntry::starts_with(const TextEntry& prefix) const {
  if (size() < prefix.size()) return false;
  if (prefix.size() < kHeadBytes) {
    if (prefix.size() == 0) return true;
    return (head ^ prefix.head) >> (8 * (kHeadBytes - prefix.size())) == 0;
  }
  return head == prefix.head && rest_text().starts_with(prefix.rest_text());
}

const char* TextPool::keep(std::string_view text) {
  if (text.size() > left_) {
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(kChunkBytes));
    left_ = kChunkBytes;
    bytes_ += kChunkBytes;
  }
  char* to = chunks_.back().get() + (kChunkBytes - left_);
  std::memcpy(to, text.data(), text.size());
  left_ -= text.size();
  return to;
}

}  // namespace weir::cache
