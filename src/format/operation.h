// Operations: everything durable that is not a record, in the log's operation frames. Hand-written
// fixed layout, because an acknowledgement must cost tens of nanoseconds (a Cap'n Proto message
// costs a hundred; PEERS.md). Values are absolute, so that replaying an operation twice, or onto
// newer state, changes nothing.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace weir::format {

enum class OperationKind : uint8_t {
  kCreate = 1,   // a stream: engine, kind, name
  kDrop = 2,     // a stream with all its records and facts
  kDead = 3,     // numbers [first, last] are acknowledged, purged or dropped
  kCeiling = 4,  // numbers below `first` may have been given out before their sync
  kGap = 5,      // numbers [first, last] were given out and lost, or skipped; no record has them
  kFact = 6,     // key -> value of a stream; an empty value erases it
};

struct Operation {
  OperationKind kind = OperationKind::kDead;
  uint32_t stream_id = 0;
  uint64_t first = 0;
  uint64_t last = 0;
  uint8_t engine = 0;       // kCreate
  uint8_t stream_kind = 0;  // kCreate
  std::string_view key;     // kCreate: the name; kFact: the key
  ByteView value;           // kFact
};

// Appends to a buffer that is reused, so a steady state allocates nothing.
void append_operation(const Operation& operation, std::vector<uint8_t>* to);

class OperationReader {
 public:
  explicit OperationReader(ByteView bytes) : rest_(bytes) {}
  // False at the end; bad() when that was no proper end.
  bool next(Operation* out);
  bool bad() const { return bad_; }

 private:
  ByteView rest_;
  bool bad_ = false;
};

}  // namespace weir::format
