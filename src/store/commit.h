// CommitPipeline: the one order of commits, and group commit. A commit is built and sequenced under the mutex, into the
// open group; the first waiter (SYNC) or the flusher (ASYNC) becomes leader, writes the whole group with one sync,
// publishes its effects and wakes the rest. One group is in flight at a time; nobody waits for a timer in SYNC.
//
// Everything here needs Core::mutex held; wait() and lead() release it around I/O.
#pragma once

#include <functional>
#include <vector>

#include "base/histogram.h"
#include "format/operation.h"
#include "storage/group_writer.h"
#include "store/core.h"

namespace weir::store {

class CommitPipeline {
 public:
  explicit CommitPipeline(Core& core);

  // --- building one commit; between the first of these and end_commit the mutex is not released ---
  uint64_t append(const StreamPtr& stream, storage::RecordDraft& draft);
  uint64_t mark_dead(const StreamPtr& stream, uint64_t first, uint64_t last);
  // As mark_dead, of one live number that is replaced or removed: it is logged with the commit, and dies when the commit
  // becomes visible; until then readers find it.
  void mark_dead_when_visible(const StreamPtr& stream, uint64_t number);
  void add_operation(const StreamPtr& stream, const format::Operation& operation);
  // Sets a fact of the stream and logs it; an empty value erases it.
  void set_fact(const StreamPtr& stream, std::string_view key, std::string_view value);
  // Room for the operations of a commit, so that adding them cannot fail.
  void reserve_operations(size_t bytes);
  // Ends it and returns its group, 0 when nothing of it goes to the log. Effects of a SYNC commit, and whatever stands
  // behind one in its stream, become visible when the group is published; the rest at once.
  uint64_t end_commit(bool sync);

  // --- waiting ---
  Status wait(uint64_t group);  // until synced; leads when nobody does
  Status flush();               // all commits so far
  bool is_synced(uint64_t group) const { return group <= synced_group_; }
  // Makes sure that the open group will find its place in the log after `bytes` more, with a slot to spare for
  // acknowledgements. May release the mutex. kNoSpace and the like: nothing changed.
  Status ensure_log_room(uint64_t bytes);
  // The same for acknowledgements and other small operations, which may use the reserve. On a full
  // disk they wait for a checkpoint to give log files back; kNoSpace only when that cannot help.
  Status ensure_ack_room(uint64_t bytes);
  // The log starts a new file with the next group. With no leader at work.
  void roll_log();
  // Blocks an ASYNC commit while two groups are unsynced and the open one is full.
  Status wait_async_room();
  // The group in which the next commit would be.
  uint64_t open_group() const { return open_.number; }
  bool idle() const { return !leading_ && open_.empty(); }
  uint64_t open_bytes() const { return open_.bytes; }

  // --- background ---
  // Leads when the open group is old or full, or marks the log synced when it is idle. Returns when to call again.
  int64_t flusher_step();
  void set_checkpoint_wake(std::function<void()> wake) { wake_checkpoint_ = std::move(wake); }
  void set_flusher_wake(std::function<void()> wake) { wake_flusher_ = std::move(wake); }
  // The attachment will be asked for lazy facts when the next group is closed.
  void request_lazy(storage::Attachment* attachment) { lazy_.push_back(attachment); }
  void forget_lazy(const storage::Attachment* attachment);
  // Keeps leaders out while the caller holds the mutex: returns with none at work.
  Status wait_no_leader();

  const Histogram& group_nanoseconds() const { return group_nanoseconds_; }
  const Histogram& group_commits() const { return group_commits_; }

  // A sync failed or an invariant broke: nothing is confirmed from here on.
  void fail(const Status& why);

 private:
  struct Pending {
    StreamPtr stream;
    uint64_t visible_next = 0;
    uint64_t dead_count = 0;
    bool has_deaths = false;
  };
  struct Death {
    StreamPtr stream;
    uint64_t number = 0;
  };
  struct Group {
    uint64_t number = 1;
    std::vector<StreamPtr> dirty;
    std::vector<uint8_t> operations;
    std::vector<Pending> pending;
    std::vector<Death> deaths;  // take effect with `pending`
    std::vector<StreamPtr> ceilings;
    uint32_t commit_count = 0;
    uint32_t record_count = 0;
    uint64_t bytes = 0;
    int64_t opened_at_ns = 0;
    bool empty() const { return commit_count == 0; }
    void clear();
  };
  struct Touched {
    StreamPtr stream;
    uint64_t first = 0;
    uint64_t dead_count = 0;
    bool has_deaths = false;
    Group* waits_for = nullptr;  // what it becomes visible with; null: at once
  };

  bool open_is_full() const;
  int64_t flush_what_is_due();
  bool has_ack_room(uint64_t needed) const;
  Status make_slot(uint64_t bytes);
  Touched& touch(const StreamPtr& stream);
  void log_dead(const StreamPtr& stream, uint64_t first, uint64_t last);
  Group* make_visible(const Touched& touched, bool sync);
  void settle_deaths();
  Status lead();
  Status lead_group();
  Status write_group();
  void publish();
  void collect_frames();

  Core& core_;
  std::unique_ptr<storage::GroupWriter> writer_;  // null for mem:
  CondVar done_;                                  // a group was published, or the store failed
  CondVar slot_made_;
  bool making_slot_ = false;
  CondVar swapped_;  // a leader took the open group
  bool leading_ = false;
  uint64_t ensured_ack_bytes_ = 0;
  uint64_t ensured_bytes_ = 0;    // the open group may grow to this size without a new slot
  uint64_t remaining_bytes_ = 0;  // of the current log file, behind the group being written
  size_t slots_taken_ = 0;        // free slots that the leader may be about to take
  uint64_t synced_group_ = 0;
  Group open_;
  Group writing_;
  std::vector<Touched> touched_;  // by the commit being built
  std::vector<Death> deaths_;     // of the commit being built, that wait until it is visible
  bool commit_logs_ = false;      // it has a part that goes to the log
  std::vector<storage::Attachment*> lazy_;
  std::function<void()> wake_flusher_;
  std::function<void()> wake_checkpoint_;
  bool flusher_armed_ = false;  // it will look by itself again
  bool mark_needed_ = false;    // the last group's sync has no witness in the log yet
  int64_t last_sync_ns_ = 0;
  // The leader's, reused.
  std::vector<storage::Slice> slices_;
  std::vector<uint32_t> slice_streams_;
  std::vector<storage::FrameDraft> frames_;
  storage::LogPlace place_;
  uint64_t written_bytes_ = 0;
  Histogram group_nanoseconds_;  // of write and sync together
  Histogram group_commits_;
};

}  // namespace weir::store
