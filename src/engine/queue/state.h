// QueueState: what a queue adds to its stream: delivery, producers, waiting callers, counters. It belongs to the stream
// (its attachment) and lives as long. Guarded by the store's mutex.
#pragma once

#include <vector>

#include "base/sync.h"
#include "engine/queue/delivery.h"
#include "engine/queue/queue.h"
#include "store/store.h"

namespace weir::queue {

inline constexpr uint8_t kEngineQueue = 1;

// Facts (storage::Stream::facts) of a queue, all values little-endian.
//   "d"            u64: numbers below were delivered (lazy)
//   "u"            the store's (core.h)
//   "c" + number   u32 deliveries, i64 due by the wall clock or 0: of messages that were given back
//   "p" + id       u64 producer sequence, u64 number of its record
struct Producer {
  uint64_t sequence = 0;
  uint64_t number = 0;  // of its latest record: the oldest producer is forgotten first
  uint64_t group = 0;   // that record's commit
};

struct Waiter {
  CondVar condition;
  bool woken = false;
};

class QueueState : public storage::Attachment {
 public:
  // The state of a stream, made at its first use.
  static QueueState* of(store::Store& store, const store::StreamPtr& stream);

  void on_change_locked() override;
  void before_group_locked() override;
  void add_metrics_locked(Metrics& metrics) override;
  void wake_all_locked();
  // What is due by now becomes ready, and those that wait for it are woken: whoever looks first may be somebody else.
  void expire_locked(int64_t now_ns);
  // Messages that the next pops could take, delayed and in-flight ones left out.
  uint64_t ready_count() const;
  void note_delivered();  // the lazy mark will follow
  // Logs the count of a message that was given back, or will come later.
  void log_count(uint64_t number, uint32_t count, int64_t due_wall_ns);
  void forget_count(uint64_t number);
  void forget_dead_counts();  // after a purge
  // May somebody acknowledge this number?
  bool may_acknowledge(uint64_t number) const;

  Producer* find_producer(uint64_t id) { return producers_.find(id); }
  void set_producer(uint64_t id, uint64_t sequence, uint64_t number);
  void set_producer_group(uint64_t id, uint64_t group);

  Delivery delivery;
  // Callers that wait, in the order of their arrival: a message goes to the first.
  std::vector<Waiter*> waiters;
  size_t woken_count() const;
  Statistics counted;  // the counters
  uint64_t next_owner = 1;
  // The highest sequence per producer in the batch that is being settled.
  FlatMap<uint64_t> settled;

 private:
  QueueState(store::Store& store, const store::StreamPtr& stream);
  void restore_facts();

  store::Store& store_;
  const std::weak_ptr<storage::Stream> stream_;
  FlatMap<Producer> producers_;
  uint64_t mark_logged_ = 1;
  bool lazy_requested_ = false;
};

}  // namespace weir::queue
