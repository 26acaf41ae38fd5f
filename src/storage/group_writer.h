// GroupWriter: turns slices of chunks and operations into one group of frames and writes it, straight from the chunks.
// Thread class: the leader's (commit.h).
#pragma once

#include <vector>

#include "format/frame.h"
#include "format/group.h"
#include "storage/log.h"
#include "storage/stream.h"

namespace weir::storage {

// One frame to be written: header fields and where its body lies.
struct FrameDraft {
  format::FrameHeader header;
  ByteView body;
  uint64_t offset = 0;  // out: where the frame went
  uint64_t bytes() const { return format::frame_bytes(body.size()); }
};

FrameDraft frame_of(uint32_t stream_id, const Slice& slice);
FrameDraft operations_frame(ByteView operations);

class GroupWriter {
 public:
  explicit GroupWriter(Log& log) : log_(log) {}
  // Writes the frames as one group and syncs it. `durable` goes into the header. Fills the drafts' offsets and
  // `place`. On failure nothing is known of what is on disk.
  Status write(std::vector<FrameDraft>& frames, uint32_t commit_count, format::Position durable,
               LogPlace* place);

 private:
  Log& log_;
  std::vector<uint8_t> headers_;  // reused
  std::vector<ByteView> parts_;
};

}  // namespace weir::storage
