// A record: 32 bytes of header, then properties, then payload, then zeros to the next multiple of
// 8. Its checksum covers body and header, its own number and stream included, but not where it
// lies, so that moving a record between log and segments needs no new one. The caller computes the
// body's part before any lock is taken.
#pragma once

#include "base/bytes.h"
#include "format/layout.h"

namespace weir::format {

inline constexpr size_t kRecordHeaderBytes = 32;
inline constexpr uint32_t kPropertiesBytesMax = (1u << 17) - 1;

struct RecordHeader {
  uint32_t crc = 0;
  uint32_t body_bytes = 0;  // properties and payload
  uint64_t number = 0;
  int64_t time_ns = 0;
  uint32_t stream_id = 0;
  uint32_t properties_bytes = 0;
};

inline constexpr uint64_t record_bytes(uint64_t body_bytes) {
  return align_up(kRecordHeaderBytes + body_bytes, 8);
}

uint32_t body_crc(ByteView properties, ByteView payload);

// Writes the header (its crc computed from body_crc) to 32 bytes; returns the record's checksum.
uint32_t write_record_header(const RecordHeader& header, uint32_t body_crc, uint8_t* to);

RecordHeader read_record_header(const uint8_t* from);

// Before a body is compressed: its records' checksums, which nothing compresses, become zeros. They can be computed
// again from the records; the frame's header covers them.
void clear_record_crcs(MutableBytes body);
// After it was decompressed. Stops at what is no record, which the check of the frame then finds.
void restore_record_crcs(MutableBytes body);

// A record inside a frame's body.
struct RecordView {
  RecordHeader header;
  ByteView properties;
  ByteView payload;
};

// Walks the records of a body. next() is false at the end and at bytes that are no record; bad()
// tells which.
class RecordReader {
 public:
  RecordReader(ByteView body, bool verify) : rest_(body), verify_(verify) {}
  bool next(RecordView* out);
  bool bad() const { return bad_; }

 private:
  ByteView rest_;
  bool verify_;
  bool bad_ = false;
};

}  // namespace weir::format
