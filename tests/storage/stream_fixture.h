// A stream of its own, with records that can be checked, and files for its extents.
#pragma once

#include <gtest/gtest.h>

#include "tests/storage/fixture.h"

namespace weir::storage {

class StreamTest : public ::testing::Test {
 protected:
  uint64_t append(size_t bytes) { return append_to(stream_, bytes); }
  uint64_t append_to(Stream& stream, size_t bytes) {
    const std::vector<uint8_t> payload = some_bytes(bytes, stream.next_number());
    RecordDraft draft = draft_of(payload);
    if (bytes >= kPreparedBytesMin) {
      draft.prepared = pool_->allocate(format::record_bytes(bytes));
      std::copy(payload.begin(), payload.end(), draft.prepared->data + format::kRecordHeaderBytes);
    }
    EXPECT_TRUE(stream.reserve(*pool_, &draft, 1));
    return stream.append(draft);
  }
  // What a group's publication does.
  void save_all(Stream& stream) {
    std::vector<Slice> slices;
    stream.take_slices(&slices);
    for (const Slice& slice : slices) {
      Extent extent;
      extent.first = slice.first;
      extent.last = slice.last;
      extent.offset = next_offset_;
      extent.bytes = format::frame_bytes(slice.end - slice.begin);
      extent.file = &log_;
      next_offset_ += extent.bytes;
      stream.add_extent(extent);
    }
  }
  static std::string payload_at(Stream& stream, uint64_t number) {
    const uint8_t* record = stream.find_in_memory(number, nullptr);
    if (record == nullptr) return "";
    const format::RecordHeader header = format::read_record_header(record);
    return {reinterpret_cast<const char*>(record) + format::kRecordHeaderBytes, header.body_bytes};
  }
  static std::string expected_payload(size_t bytes, uint64_t number) {
    const std::vector<uint8_t> all = some_bytes(bytes, number);
    return {all.begin(), all.end()};
  }

  DataFile log_{format::FileKind::kLog, "wal-00", format::Seed{{}, 1, 1}};
  DataFile segment_{format::FileKind::kSegment, "seg", format::Seed{{}, 2, 2}};
  uint64_t next_offset_ = format::kBlockBytes;
  const PoolPtr pool_ = make_pool();
  Stream stream_{3, 1, kStreamDurable, "q"};
};

}  // namespace weir::storage
