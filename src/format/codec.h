// Cap'n Proto messages <-> plain structs: message properties, a segment's footer, the store's
// state, the manifest. The only place that sees kj exceptions. Decoders take bytes whose checksum
// was checked by the caller, and still trust nothing: one segment, traversal limit 4 x words,
// nesting limit 16, every value range-checked (kCorrupt).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "format/layout.h"

namespace weir::format {

// What a message carries beside its payload. Empty properties are stored as no bytes at all.
struct Properties {
  std::string content_type;
  std::vector<std::pair<std::string, std::string>> headers;  // name, value (any bytes)
  uint64_t producer_id = 0;
  uint64_t producer_sequence = 0;
  std::string key;  // any bytes; empty: none
};
std::vector<uint8_t> encode_properties(const Properties& properties);
Result<Properties> decode_properties(ByteView bytes);

// One frame of a segment, as its footer lists it.
struct FooterEntry {
  uint32_t stream_id = 0;
  uint32_t record_count = 0;
  uint64_t first = 0;
  uint64_t last = 0;
  uint64_t offset = 0;
  uint64_t bytes = 0;  // the whole frame, header and padding included
};
std::vector<uint8_t> encode_footer(const std::vector<FooterEntry>& entries);
Result<std::vector<FooterEntry>> decode_footer(ByteView bytes);

// A segment that belongs to the store.
struct SegmentEntry {
  uint64_t file_id = 0;
  uint64_t salt = 0;
  uint64_t bytes = 0;          // of the whole file
  uint64_t footer_offset = 0;  // of the footer frame
  uint32_t footer_crc = 0;     // of the footer frame's header: the checksum in the referrer
};

// A log file before the cut whose live records had no room elsewhere: it is read like a segment, not replayed.
struct AdoptedLogEntry {
  uint64_t file_id = 0;
  uint64_t salt = 0;
  uint64_t bytes = 0;  // where its last group ends
  uint32_t slot = 0;   // wal-NN
};

// One stream as of a checkpoint.
struct StreamState {
  uint32_t stream_id = 0;
  uint8_t engine = 0;
  uint8_t kind = 0;
  std::string name;
  uint64_t next_number = 1;
  uint64_t ceiling = 0;
  uint64_t floor = 1;                               // every number below is dead
  std::vector<std::pair<uint64_t, uint64_t>> dead;  // intervals above the floor
  std::vector<std::pair<uint64_t, uint64_t>> gaps;  // recorded losses, a bounded history
  std::vector<std::pair<std::string, std::string>> facts;
};

struct StoreState {
  uint64_t generation = 0;
  uint32_t next_stream_id = 1;
  std::vector<StreamState> streams;
  std::vector<SegmentEntry> segments;
  std::vector<AdoptedLogEntry> adopted;
};
std::vector<uint8_t> encode_state(const StoreState& state);
Result<StoreState> decode_state(ByteView bytes);

// One slot of the manifest.
struct Manifest {
  uint64_t generation = 0;
  StoreUuid uuid{};
  uint64_t cut_file_id = 0;   // replay starts with this log file
  uint64_t next_file_id = 1;  // unlisted files numbered from here on are unfinished work
  uint32_t state_slot = 0;    // which state file, 0 or 1
  uint64_t state_bytes = 0;
  uint32_t state_crc = 0;
  Position durable;               // the log was synced up to here
  bool clean = false;             // closed in order: memory streams were saved, nothing to replay
  uint64_t next_group = 1;        // sequence of the next group
  std::vector<uint64_t> deletes;  // files to unlink
};
std::vector<uint8_t> encode_manifest(const Manifest& manifest);
Result<Manifest> decode_manifest(ByteView bytes);

}  // namespace weir::format
