// Checkpointer: moves what still lives in the log to segments, so that log files can be used again (DESIGN.md §3,
// "Checkpoint"). The order of its syncs is what recovery relies on:
//   1 the cut: the next group starts a new log file
//   2 live records of files before the cut go to segments, nothing whose commit is unsynced
//   3 the segments are synced, then the directory
//   4 the state is captured; once every commit in it is synced it is written to the state file that no slot needs
//   5 the manifest goes into the older slot, is synced, then into the other, is synced
//   6 only now log files are released and dead segments removed
#pragma once

#include <functional>
#include <map>

#include "storage/segment.h"
#include "store/commit.h"
#include "store/core.h"

namespace weir::store {

class Checkpointer {
 public:
  Checkpointer(Core& core, CommitPipeline& pipeline) : core_(core), pipeline_(pipeline) {}

  // One at a time; a second caller waits and then runs its own. With `closing` the memory streams are saved, too, and
  // the manifest is marked clean. Takes the mutex. `then` follows a good one, with the mutex held and before any other
  // checkpoint can begin.
  Status run(bool closing, const std::function<Status()>& then = {});
  // Nothing to save: only marks the manifest clean, with everything flushed and nobody else at work.
  Status mark_clean();
  // The next step runs one, whatever the log holds. With the mutex held.
  void request() { requested_ = true; }
  // Background: runs when the log is half full, or when woken for a spare slot. Returns when to call again.
  int64_t step();

 private:
  using NewExtents = std::map<uint32_t, std::vector<storage::Extent>>;
  struct Piece {
    storage::Extent extent;
    std::shared_ptr<storage::DataFile> file;  // pinned
    storage::ChunkRef chunk;                  // when the records are in memory: in `body`
    ByteView body;
  };
  struct Work {
    bool closing = false;
    bool adopts =
        false;  // no room for segments: log files with live records are listed as they are
    bool compresses = false;  // some stream wants it
    uint64_t cut = 0;
    uint64_t log_bytes = 0;  // to take off log_live_bytes at the end
    std::vector<StreamPtr> streams;
    std::vector<std::unique_ptr<storage::SegmentWriter>> writers;
    std::vector<std::shared_ptr<storage::DataFile>> to_delete;
  };

  Status run_once(bool closing);
  void begin(Work* work);
  void choose_compacted();
  bool end_compaction();
  Status copy_records_of(Work* work);
  Status copy_streams(Work* work);
  Status copy_stream(const StreamPtr& stream, Work* work, storage::SegmentWriter* shared_writer);
  Status copy_chunks(const StreamPtr& stream, storage::SegmentWriter* writer);
  bool to_copy(const storage::Extent& extent, const Work& work) const;
  uint64_t bytes_to_copy(const StreamPtr& stream, const Work& work);
  std::vector<Piece> next_pieces(const StreamPtr& stream, const Work& work, uint64_t from,
                                 uint64_t* resume, NumberSet* dead);
  Status copy_pieces(const StreamPtr& stream, const std::vector<Piece>& pieces,
                     const NumberSet& dead, storage::SegmentWriter* writer);
  Status copy_large(env::File& file, const Piece& piece, storage::SegmentWriter* writer);
  Status copy_records(uint32_t stream_id, ByteView body, uint64_t first, uint64_t last,
                      const NumberSet& dead, storage::SegmentWriter* writer);
  Status new_writer(Work* work, storage::SegmentWriter** out);
  Status finish_segments(Work* work);
  void install(Work* work);
  Status publish(Work* work);
  format::StoreState capture(Work* work);
  void release(Work* work);
  Status remove_files(const std::vector<std::shared_ptr<storage::DataFile>>& files);
  void abandon(Work* work);
  void capture_files(Work* work, format::StoreState* state);

  Core& core_;
  CommitPipeline& pipeline_;
  CondVar finished_;
  bool running_ = false;
  bool requested_ = false;
  uint32_t state_slot_ = 0;
  int64_t retry_at_ns_ = 0;
};

}  // namespace weir::store
