// Core: what the parts of a store share. One mutex guards all streams, files and counters; it is never held across
// I/O. Lock order: Core::mutex, then the leaves (chunk pool, memory budget, log slots, data files).
#pragma once

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "base/sync.h"
#include "env/env.h"
#include "format/compressor.h"
#include "storage/chunk.h"
#include "storage/log.h"
#include "storage/manifest_file.h"
#include "storage/stream.h"
#include "store/options.h"

namespace weir::store {

using StreamPtr = std::shared_ptr<storage::Stream>;

// The store's own fact of a stream, a u64: numbers below may have been delivered before an unclean stop, without a
// record of it. An orderly close since then does not make that known.
inline constexpr std::string_view kUncertainFact = "u";

// A stream's own choice, one byte: the zstd level of its frames in segments.
inline constexpr std::string_view kCompressionFact = "z";

// 0: none.
inline int compression_level(const storage::Stream& stream) {
  const auto fact = stream.facts.find(kCompressionFact);
  if (fact == stream.facts.end() || fact->second.size() != 1) return 0;
  return std::min<int>(static_cast<uint8_t>(fact->second[0]), format::kCompressionLevelMax);
}

// More segments than this that are small are merged.
inline constexpr size_t kSmallSegmentsMax = 32;

struct Core {
  Core(env::Env& env_in, const Options& options_in, bool durable_in)
      : env(env_in),
        options(options_in),
        durable(durable_in),
        pool(storage::ChunkPool::create(options_in.memory_bytes_max)) {}
  ~Core() {
    // All of them: what engines hang onto streams refers to the pool's budget.
    names.clear();
    streams.clear();
    pool->close();
  }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  env::Env& env;
  const Options options;
  const bool durable;  // file: and not mem:
  std::unique_ptr<env::Directory> directory;
  std::unique_ptr<env::FileLock> lock;
  format::StoreUuid uuid{};
  storage::ChunkPool* const pool;
  storage::IoCounters io;
  std::atomic<uint64_t> next_file_id{1};
  std::unique_ptr<storage::Log> log;
  std::unique_ptr<storage::ManifestFile> manifest_file;

  Mutex mutex;
  Status failed WEIR_GUARDED_BY(mutex);  // not ok: the store has stopped
  storage::FileTable files WEIR_GUARDED_BY(mutex);
  std::map<uint32_t, StreamPtr> streams;  // guarded by mutex
  std::map<std::pair<uint8_t, std::string>, StreamPtr, std::less<>> names WEIR_GUARDED_BY(mutex);
  uint32_t next_stream_id WEIR_GUARDED_BY(mutex) = 1;
  format::Manifest manifest WEIR_GUARDED_BY(mutex);  // as believed on disk
  format::Position synced_end WEIR_GUARDED_BY(mutex);
  uint64_t log_live_bytes WEIR_GUARDED_BY(mutex) = 0;  // written since the cut
  Status checkpoint_problem WEIR_GUARDED_BY(mutex);    // why the last one could not finish
  Statistics counted WEIR_GUARDED_BY(mutex);  // the counters; sizes are filled in on request

  // Segments or scratch files in which nothing is live: the next checkpoint removes them.
  bool has_dead_files() const WEIR_REQUIRES(mutex) {
    for (const auto& [id, file] : files) {
      if (file->kind() != format::FileKind::kLog && file->live_extents == 0 && file->pins == 0)
        return true;
    }
    return false;
  }
  size_t small_segment_count() const WEIR_REQUIRES(mutex) {
    size_t count = 0;
    for (const auto& [id, file] : files) count += file->is_small() ? 1U : 0U;
    return count;
  }
  // Space would come back, or files become fewer, if what lives in some segments were written again.
  bool wants_compaction() const WEIR_REQUIRES(mutex) {
    for (const auto& [id, file] : files) {
      if (file->is_sparse()) return true;
    }
    return small_segment_count() > kSmallSegmentsMax;
  }
  std::shared_ptr<storage::DataFile> file_of(uint64_t id) WEIR_REQUIRES(mutex) {
    const auto found = files.find(id);
    return found == files.end() ? nullptr : found->second;
  }
};

}  // namespace weir::store
