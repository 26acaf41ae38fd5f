#include "format/operation.h"

#include "base/assert.h"
#include "format/layout.h"

namespace weir::format {

namespace {

// size u32 | kind u8 | engine u8 | stream_kind u8 | 0 | stream u32 | key size u32 | first u64 |
// last u64 | key | value
constexpr size_t kFixedBytes = 32;

// Checked before it is written and after it was read: whoever replays it must not meet the
// impossible.
bool is_sane(const Operation& operation) {
  switch (operation.kind) {
    case OperationKind::kDead:
    case OperationKind::kGap:
      return operation.first <= operation.last && operation.last <= kNumberMax;
    case OperationKind::kCeiling:
      return operation.first <= kNumberMax;
    case OperationKind::kCreate:
      return !operation.key.empty() && operation.key.size() <= kNameBytesMax &&
             operation.engine <= kEngineMax && operation.stream_kind <= kStreamKindMax;
    case OperationKind::kDrop:
    case OperationKind::kFact:
      return true;
  }
  return false;
}

}  // namespace

void append_operation(const Operation& operation, std::vector<uint8_t>* to) {
  const size_t bytes = kFixedBytes + operation.key.size() + operation.value.size();
  WEIR_ASSERT(is_sane(operation) && bytes <= UINT32_MAX - 7);
  const size_t padded = align_up(bytes, 8);
  const size_t at = to->size();
  to->resize(at + padded);
  uint8_t* out = to->data() + at;
  store_little(out, static_cast<uint32_t>(bytes));
  out[4] = static_cast<uint8_t>(operation.kind);
  out[5] = operation.engine;
  out[6] = operation.stream_kind;
  out[7] = 0;
  store_little(out + 8, operation.stream_id);
  store_little(out + 12, static_cast<uint32_t>(operation.key.size()));
  store_little(out + 16, operation.first);
  store_little(out + 24, operation.last);
  if (!operation.key.empty())
    std::memcpy(out + kFixedBytes, operation.key.data(), operation.key.size());
  if (!operation.value.empty()) {
    std::memcpy(out + kFixedBytes + operation.key.size(), operation.value.data(),
                operation.value.size());
  }
  std::memset(out + bytes, 0, padded - bytes);
}

bool OperationReader::next(Operation* out) {
  if (bad_ || rest_.empty()) return false;
  bad_ = true;  // until shown otherwise
  if (rest_.size() < kFixedBytes) return false;
  const uint8_t* from = rest_.data();
  const uint64_t bytes = load_little<uint32_t>(from);
  const uint64_t key_bytes = load_little<uint32_t>(from + 12);
  if (bytes < kFixedBytes || align_up(bytes, 8) > rest_.size() || key_bytes > bytes - kFixedBytes)
    return false;
  if (from[4] < 1 || from[4] > static_cast<uint8_t>(OperationKind::kFact)) return false;
  Operation read;
  read.kind = static_cast<OperationKind>(from[4]);
  read.engine = from[5];
  read.stream_kind = from[6];
  read.stream_id = load_little<uint32_t>(from + 8);
  read.first = load_little<uint64_t>(from + 16);
  read.last = load_little<uint64_t>(from + 24);
  read.key = as_text(rest_.subspan(kFixedBytes, key_bytes));
  read.value = rest_.subspan(kFixedBytes + key_bytes, bytes - kFixedBytes - key_bytes);
  if (!is_sane(read)) return false;
  *out = read;
  rest_ = rest_.subspan(align_up(bytes, 8));
  bad_ = false;
  return true;
}

}  // namespace weir::format
