// What the tests of the storage layer share: a directory in a simulated world, records, and the log's parts.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/crc32c.h"
#include "format/operation.h"
#include "format/record.h"
#include "storage/group_writer.h"
#include "storage/log.h"
#include "storage/log_scan.h"
#include "storage/stream.h"
#include "tests/sim/sim_env.h"

namespace weir::storage {

inline constexpr const char* kPath = "/sim/store";

inline std::string path_of(const std::string& name) { return std::string(kPath) + "/" + name; }

// Bytes that differ by seed and position.
inline std::vector<uint8_t> some_bytes(size_t size, uint64_t seed) {
  Prng prng(seed);
  std::vector<uint8_t> bytes(size);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(prng.next());
  return bytes;
}

inline RecordDraft draft_of(ByteView payload) {
  RecordDraft draft;
  draft.payload = payload;
  draft.body_crc = format::body_crc({}, payload);
  draft.time_ns = 1;
  return draft;
}

// A whole record as it lies in a chunk.
inline std::vector<uint8_t> record_of(uint32_t stream_id, uint64_t number, ByteView payload) {
  std::vector<uint8_t> bytes(format::record_bytes(payload.size()));
  format::RecordHeader header;
  header.body_bytes = static_cast<uint32_t>(payload.size());
  header.number = number;
  header.stream_id = stream_id;
  format::write_record_header(header, format::body_crc({}, payload), bytes.data());
  if (!payload.empty())
    std::memcpy(bytes.data() + format::kRecordHeaderBytes, payload.data(), payload.size());
  return bytes;
}

class PoolCloser {
 public:
  void operator()(ChunkPool* pool) const { pool->close(); }
};
using PoolPtr = std::unique_ptr<ChunkPool, PoolCloser>;
inline PoolPtr make_pool(uint64_t bytes_max = 64u << 20) {
  return PoolPtr(ChunkPool::create(bytes_max));
}

class StorageTest : public ::testing::Test {
 protected:
  StorageTest() { open_directory(); }

  void open_directory() {
    directory_ = world_->env().file_system.open_directory(kPath, true, false).take();
  }
  // The power goes; `mode` says what the disk has.
  void cut_power(sim::LossMode mode = sim::LossMode::kEverything) {
    directory_.reset();
    world_ = std::make_unique<sim::SimEnv>(world_->file_system().after_power_cut(7, mode), 7);
    open_directory();
  }
  sim::SimFileSystem& disk() { return world_->file_system(); }

  std::unique_ptr<sim::SimEnv> world_ = std::make_unique<sim::SimEnv>(1);
  std::unique_ptr<env::Directory> directory_;
  IoCounters counters_;
};

// A log, and groups of one operation each, so that a group is told by its text.
class LogFixture : public StorageTest {
 protected:
  LogFixture() { make_log(); }

  void make_log(uint64_t bytes_max = 1u << 20) {
    Log::Config config;
    config.uuid = uuid_;
    config.bytes_max = bytes_max;
    log_ = std::make_unique<Log>(world_->env(), *directory_, config, next_file_id_, counters_);
  }

  // A group of one fact; `body_bytes` makes it as large as wanted.
  Status write_group(const std::string& key, size_t body_bytes = 0) {
    const std::vector<uint8_t> value(std::max<size_t>(body_bytes, 1), 'v');
    format::Operation operation;
    operation.kind = format::OperationKind::kFact;
    operation.stream_id = 1;
    operation.key = key;
    operation.value = value;
    std::vector<uint8_t> operations;
    format::append_operation(operation, &operations);
    std::vector<FrameDraft> frames{operations_frame(operations)};
    GroupWriter writer(*log_);
    const Status status = writer.write(frames, 1, durable_, &place_);
    if (status.ok()) durable_ = log_->end();
    return status;
  }

  // What recovery would find: log files by id, from the cut on.
  std::vector<LogFile> find_files(uint64_t cut = 1) {
    std::vector<LogFile> files;
    for (const std::string& name : directory_->list().take()) {
      if (!is_slot_name(name)) continue;
      std::shared_ptr<env::File> file = directory_->open(name, env::OpenMode::kWrite).take();
      std::vector<uint8_t> block(format::kBlockBytes);
      if (file->read_at(0, block).take() < block.size()) continue;
      const Result<format::FileHeader> header = format::read_file_header(block);
      if (!header.ok() || header.value().file_id < cut) continue;
      LogFile one;
      one.data =
          std::make_shared<DataFile>(format::FileKind::kLog, name, format::seed_of(header.value()));
      one.data->set_file(file);
      one.header = header.value();
      one.capacity = file->size().take();
      one.file = std::move(file);
      files.push_back(std::move(one));
    }
    std::sort(files.begin(), files.end(),
              [](const LogFile& a, const LogFile& b) { return a.data->id() < b.data->id(); });
    return files;
  }

  static std::string key_of(const ScannedGroup& group) {
    std::string keys;
    for (const ScannedFrame& frame : group.frames) {
      format::OperationReader reader(frame.operations);
      format::Operation operation;
      while (reader.next(&operation)) keys += operation.key;
    }
    return keys;
  }
  static std::vector<std::string> keys_of(const LogScan& scan) {
    std::vector<std::string> keys;
    for (const ScannedGroup& group : scan.groups) keys.push_back(key_of(group));
    return keys;
  }
  Result<LogScan> scan(uint64_t cut = 1, format::Position durable = {}, uint64_t sequence = 1) {
    files_ = find_files(cut);
    return scan_log(files_, cut, durable, sequence);
  }
  std::vector<std::string> scanned_keys(uint64_t cut = 1) {
    const Result<LogScan> found = scan(cut);
    EXPECT_TRUE(found.ok()) << found.status().to_string();
    return found.ok() ? keys_of(found.value()) : std::vector<std::string>();
  }

  format::StoreUuid uuid_{1, 2, 3};
  std::atomic<uint64_t> next_file_id_{1};
  std::unique_ptr<Log> log_;
  LogPlace place_;
  format::Position durable_;
  std::vector<LogFile> files_;  // of the last scan, whose groups point into them
};

}  // namespace weir::storage
