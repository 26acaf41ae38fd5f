// Reader: a position in a log, with what was read ahead. Anonymous, or as a named consumer, whose position is durable
// when committed; several readers may share one consumer's work.
//
// Thread class: shared, but one read or seek at a time: a second one gets kBusy. Destruction is the last call.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "engine/log/consumer.h"
#include "engine/log/log.h"
#include "engine/log/window.h"
#include "env/signal_descriptor.h"

namespace weir::log {

enum class Place : uint32_t { kEarliest = 0, kLatest = 1, kOffset = 2, kTime = 3 };

struct ReaderOptions {
  std::string_view consumer;  // empty: anonymous
  bool shared = false;        // the consumer's work is shared by its readers
  bool create = true;         // the consumer, when missing
  // Where an anonymous reader, or a consumer that is new, begins.
  Place start = Place::kEarliest;
  int64_t start_value = 0;  // offset, or nanoseconds
};

struct ReadOptions {
  int64_t timeout_ms = 0;
  size_t count_max = 1000;
  uint64_t bytes_max = 1 << 20;
};

class Reader : public store::BatchTarget {
 public:
  static Result<std::unique_ptr<Reader>> open(Handle& log, const ReaderOptions& options);
  // What it was handed of a shared consumer and did not finish goes to the others.
  ~Reader() override;

  // kEmpty, kTimeout, kInterrupted, kClosed, kBusy. kOutOfRange, once: records before *out_first_offset are gone, and
  // the next read begins there.
  Status read(const ReadOptions& options, Records* into, uint64_t* out_first_offset);
  // kUnsupported for a shared consumer.
  Status seek(Place place, int64_t value);
  // Where the next read begins.
  Status position(uint64_t* out_offset);
  // Offsets between that and the newest record.
  Status lag(uint64_t* out_count);
  // Everything below `offset` is finished: the consumer goes on there. kUnsupported for an anonymous reader.
  Status commit(uint64_t offset, store::Durability durability, store::Level* out_level);
  // Readable while a read would give something; opened at the first call. -1 is never given.
  Status event_fd(int* out_fd);
  void interrupt();
  // Every call in progress and to come returns kClosed.
  void shutdown();

  // Adds to a batch, which must not outlive this reader.
  Status add_commit(store::Batch& batch, uint64_t offset);

  // --- for LogState, with the store's mutex held ---
  void on_change_locked(uint64_t visible_next);

  // --- store::BatchTarget ---
  const std::shared_ptr<store::Store>& batch_store() const override { return store_; }
  const store::StreamPtr& batch_stream() const override { return stream_; }
  Status check_item_locked(const store::BatchItem& item) override;
  void sequence_item_locked(store::CommitPipeline& pipeline, store::BatchItem& item) override;

 private:
  class Turn;

  explicit Reader(Handle& log) : store_(log.store()), stream_(log.stream()), state_(&log.state()) {}
  Status start_locked(const ReaderOptions& options);
  Status adopt_consumer_locked(const ReaderOptions& options);
  Status find_place_locked(Place place, int64_t value, uint64_t* out_number);
  Status check_open_locked() const;
  Status read_window(const ReadOptions& options, Records* into);
  Status read_more(const ReadOptions& options, Records* into, uint64_t* out_first_offset);
  Status fill_locked(const ReadOptions& options);
  Status read_shared_locked(const ReadOptions& options, Records* into);
  Status check_range_locked(uint64_t* out_first_offset);
  Status wait_locked(int64_t deadline_ns, uint64_t interrupts_seen);
  uint64_t next_locked() const;
  void commit_locked(uint64_t number);
  void update_event();
  void update_event_locked();
  bool is_shared() const { return consumer_ != nullptr && consumer_->shared; }

  const std::shared_ptr<store::Store> store_;
  const store::StreamPtr stream_;  // keeps state_ alive, also when it is dropped
  LogState* const state_;
  std::string name_;  // of the consumer
  Consumer* consumer_ = nullptr;
  std::atomic<uint64_t> next_{
      1};  // number; changed by reads and seeks, that is by one thread at a time
  std::atomic<bool> busy_{false};  // somebody reads or seeks
  std::atomic<bool> has_event_{false};
  std::atomic<bool> closed_{false};  // set with the mutex held

  // Of whoever is busy.
  Window window_;
  uint64_t window_epoch_ = 0;

  // Guarded by the store's mutex.
  CondVar changed_;
  bool waiting_ = false;
  uint64_t interrupt_count_ = 0;
  std::unique_ptr<env::SignalDescriptor> event_;
  bool event_set_ = false;
};

}  // namespace weir::log
