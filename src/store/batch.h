// Batch: changes of any number of streams of one store, whatever their engines, that commit together: one group, one
// sync, all or nothing. An engine's handle takes part as a BatchTarget; it adds items and carries them out.
//
// Thread class: exclusive. Targets are kept alive by whoever fills the batch.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "store/store.h"

namespace weir::store {

struct BatchItem;

// What an engine's handle does for a batch. All calls come with the store's mutex held and must not release it.
class BatchTarget {
 public:
  virtual ~BatchTarget() = default;
  virtual const std::shared_ptr<Store>& batch_store() const = 0;
  virtual const StreamPtr& batch_stream() const = 0;
  // Can it be done now? Asked again whenever the mutex was released. What earlier items of the batch will have changed
  // by then is not done yet.
  virtual Status check_item_locked(const BatchItem& item) = 0;
  // Before the items are settled, once per item: forget what settle_item_locked noted in another commit.
  virtual void begin_settle_locked() {}
  // In the batch's order, when nothing can refuse any more but the lack of memory: may set item.left_out.
  virtual void settle_item_locked(BatchItem& item) { (void)item; }
  // Carries it out through the pipeline and sets item.id. Room for its record and operations was made: it cannot fail.
  virtual void sequence_item_locked(CommitPipeline& pipeline, BatchItem& item) = 0;
  // The commit is in `group`.
  virtual void item_sequenced_locked(BatchItem& item, uint64_t group) { (void)item, (void)group; }
};

struct BatchItem {
  BatchTarget* target = nullptr;
  uint8_t verb = 0;       // the target's own
  uint8_t mode = 0;       // likewise
  bool appends = false;   // it has a record
  bool removes = false;   // it takes away what may be durable: an acknowledged message, a document
  bool left_out = false;  // settled: nothing is to be done
  uint64_t id = 0;        // the number that it names, or got
  uint64_t arguments[2] = {0, 0};  // the target's own
  std::string key;                 // the target's own
  // What its operations take in the log, facts included, at most.
  uint64_t operation_bytes = 256;
  storage::RecordDraft draft;  // of an item that appends, complete from commit on

  // Batch's own: where the body lies until then.
  size_t body_offset = 0;
  uint32_t properties_bytes = 0;
  uint32_t payload_bytes = 0;
};

class Batch {
 public:
  explicit Batch(std::shared_ptr<Store> store) : store_(std::move(store)) {}

  // Adds an item; the result is valid until the next call. kInvalidArgument: the target's store is another, or the
  // batch was committed.
  Result<BatchItem*> add(BatchTarget& target);
  // The same with a record, which is copied. kTooLarge: it, or all of them together.
  Result<BatchItem*> add_record(BatchTarget& target, ByteView properties, ByteView payload);

  size_t count() const { return items_.size(); }
  uint64_t id_at(size_t index) const { return index < items_.size() ? items_[index].id : 0; }
  void clear();
  // Any refusal leaves everything as it was, but kFailed.
  Status commit(Durability durability, int64_t timeout_ms, Level* out_level);

 private:
  void prepare();
  void make_room_for_large(uint64_t bytes);
  uint64_t operation_bytes() const;
  Status check_locked();
  Status admit_locked(bool sync, int64_t deadline_ns);
  void settle_locked();
  Status reserve_locked();
  uint64_t sequence_locked(bool sync);

  std::shared_ptr<Store> store_;
  std::vector<BatchItem> items_;
  std::vector<uint8_t> bodies_;
  uint64_t body_bytes_ = 0;    // of all records
  uint64_t held_bytes_ = 0;    // of large bodies, in chunks of their own
  uint64_t record_bytes_ = 0;  // of all other records, as they lie in chunks
  bool committed_ = false;
};

}  // namespace weir::store
