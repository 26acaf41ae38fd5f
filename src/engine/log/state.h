// LogState: what a log adds to its stream: retention, producers, consumers, readers, counters. It belongs to the stream
// (its attachment) and lives as long. Guarded by the store's mutex, but the atomics.
#pragma once

#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "engine/log/consumer.h"
#include "engine/log/log.h"
#include "store/producers.h"
#include "store/store.h"

namespace weir::log {

inline constexpr uint8_t kEngineLog = 2;

class Reader;

// Facts (storage::Stream::facts) of a log, all values little-endian. "p" is store::Producers'.
//   "o"            i64 age in ms, u64 bytes, u32 consumers: the retention
//   "t"            u64: numbers below were trimmed
//   "l"            i64: the time of the newest record (with each group that has records)
//   "c" + name     u64 number at which the consumer goes on, i64 wall time of that commit
class LogState : public storage::Attachment {
 public:
  // The state of a stream, made at its first use.
  static LogState* of(store::Store& store, const store::StreamPtr& stream);

  void on_change_locked() override;
  void before_group_locked() override;
  // What a reader holds is not what the log has any more: trimmed, compacted, dropped.
  void invalidate_windows() { epoch.fetch_add(1, std::memory_order_release); }

  // The time of a record that is appended now: the producer's, or the log's clock, which never goes back.
  int64_t stamp(int64_t given_ns, int64_t clock_ns);
  void note_appended(uint64_t bytes);  // the newest record's time will follow

  // Adds the facts to the commit being built.
  void set_retention(const Retention& retention);
  // Marks what lies below `number` dead, and remembers that it was there. Returns how many records that were.
  uint64_t trim_below(uint64_t number);
  void set_consumer(const std::string& name, Consumer& consumer, uint64_t number, int64_t wall_ns);
  void erase_consumer(std::string_view name);
  // The smallest number that a consumer has not committed; UINT64_MAX without consumers.
  uint64_t slowest_consumer() const;

  // --- retention (retention.cc) ---
  // Does what is due; cheap when nothing is. Commits; may release the mutex.
  Status retain_if_due_locked(const store::StreamPtr& stream);
  Status retain_locked(const store::StreamPtr& stream, uint64_t* out_count);
  // The first visible number whose record has this time or a later one. May release the mutex.
  Status find_time_locked(const store::StreamPtr& stream, int64_t time_ns, uint64_t* out_number);

  Retention retention;
  uint64_t trimmed_below = 1;
  store::Producers producers;
  std::map<std::string, Consumer, std::less<>> consumers;
  std::vector<Reader*> readers;         // all that are open
  Statistics counted;                   // the counters
  std::atomic<uint64_t> epoch{1};       // moves on when windows are not valid any more
  std::atomic<uint64_t> read_count{0};  // records
  bool compacting = false;

 private:
  LogState(store::Store& store, const store::StreamPtr& stream);
  void restore_facts(const storage::Stream& stream);
  int64_t steady_wall_ns() const;
  Status age_bound_locked(const store::StreamPtr& stream, uint64_t* out_number);
  uint64_t size_bound(const storage::Stream& stream) const;

  store::Store& store_;
  const std::weak_ptr<storage::Stream> stream_;
  int64_t newest_time_ns_ = INT64_MIN;
  bool lazy_requested_ = false;
  // Of the oldest record, so that looking costs nothing.
  uint64_t oldest_number_ = 0;
  int64_t oldest_time_ns_ = 0;
  int64_t next_look_ns_ = 0;  // monotonic
  int64_t opened_wall_ns_ =
      0;  // the wall clock is read once: when it jumps, no record ages by that
  int64_t opened_steady_ns_ = 0;
  uint64_t appended_bytes_ = 0;  // since retention was looked at
};

}  // namespace weir::log
