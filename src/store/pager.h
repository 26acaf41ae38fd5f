// Pager: keeps the store within its memory budget. Records that are synced in the log or a segment can be dropped and
// read back; memory streams are written to scratch files first. Nothing waits for budget but new records.
#pragma once

#include "storage/segment.h"
#include "store/commit.h"
#include "store/core.h"

namespace weir::store {

class Pager {
 public:
  Pager(Core& core, CommitPipeline& pipeline) : core_(core), pipeline_(pipeline) {}

  // Room for a commit: `memory_bytes` of records that have no chunk yet, and `log_bytes` in the log (0: it does not
  // log). May release the mutex. kLimit and kNoSpace: there was none by the deadline; nothing changed.
  // `check` is asked before each wait, with the mutex held, whether the caller still wants it (its queue may have been
  // closed or interrupted, which wakes by MemoryBudget::notify_change).
  using Check = std::function<Status()>;
  Status make_room(uint64_t memory_bytes, uint64_t log_bytes, int64_t deadline_ns,
                   const Check& check = {});
  // Reads `number` and what follows it back into memory. May release the mutex; the caller looks again.
  Status load(const StreamPtr& stream, uint64_t number);
  // Hands out, in order, chunks that hold the stored records from `number` on, dead ones among them: at least the first
  // chunk and about `bytes_max` in all; none when nothing is stored from there on. They are not made resident, so that
  // a reader of everything evicts nothing: while somebody holds them they count against the budget. `bytes_max` 0
  // reads no further than needed. May release the mutex.
  Status fetch(const StreamPtr& stream, uint64_t number, uint64_t bytes_max,
               std::vector<storage::ChunkView>* out);
  // Drops what can be read back when the budget is over its high mark.
  void relieve();
  void set_checkpoint_wake(std::function<void()> wake) { wake_checkpoint_ = std::move(wake); }

 private:
  struct Piece {
    storage::Extent extent;
    std::shared_ptr<storage::DataFile> file;
  };
  Status make_memory_room(uint64_t bytes, int64_t deadline_ns, const Check& check);
  Status make_log_room(uint64_t bytes, int64_t deadline_ns, const Check& check);
  void evict_to(uint64_t target, bool heads_too = false);
  Status read_large(env::File& file, const Piece& piece, std::vector<storage::ChunkRef>* chunks);
  // True when something was written out.
  Result<bool> spill(uint64_t wanted);
  Status write_spilled(const std::vector<storage::ChunkRef>& chunks, uint32_t stream_id);
  void note_read(const std::shared_ptr<storage::DataFile>& file);
  std::vector<Piece> collect_pieces(const StreamPtr& stream, uint64_t number, uint64_t limit,
                                    uint64_t bytes_max);
  Status read_unlocked(const std::vector<Piece>& pieces, uint64_t number, uint64_t limit,
                       std::vector<storage::ChunkRef>* chunks);
  Status read_pieces(const std::vector<Piece>& pieces, uint64_t from, uint64_t limit,
                     std::vector<storage::ChunkRef>* chunks);

  Core& core_;
  CommitPipeline& pipeline_;
  CondVar loaded_;
  CondVar spilled_;
  bool spilling_ = false;
  std::unique_ptr<storage::SegmentWriter> scratch_;
  Ring<std::shared_ptr<storage::DataFile>> open_segments_;  // read lately, the oldest first
  std::function<void()> wake_checkpoint_;
};

}  // namespace weir::store
