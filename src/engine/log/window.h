// Window: the part of a log that a reader has in hand: chunks with the records from one number on, held by reference,
// which it walks without the store's mutex. Bytes below a chunk's `used` never change, so what was visible when the
// window was filled can be read while others append.
//
// Thread class: exclusive; fill_locked needs the store's mutex.
#pragma once

#include <utility>
#include <vector>

#include "engine/log/records.h"
#include "store/store.h"

namespace weir::log {

// What one fill takes hold of, at most (and one chunk more).
inline constexpr uint64_t kWindowBytesMax = 1u << 20;

class Window {
 public:
  // Takes hold of the visible record at `number`, or the first one behind it that lives, and of what follows, up to
  // about bytes_max (0: no more than that record needs). Nothing visible there: ok, and the window is empty. May release the mutex (disk).
  Status fill_locked(store::Store& store, const store::StreamPtr& stream, uint64_t number,
                     uint64_t bytes_max);
  bool empty() const { return next_ >= end_; }
  // The number after the last record taken (or passed): where the next fill begins.
  uint64_t next() const { return next_; }
  // No record from here on, whatever the window holds.
  void limit(uint64_t end) { end_ = std::min(end_, end); }
  // Adds records to `into` until it has count_max of them or the next would bring its payloads above bytes_max (one
  // always fits), or the window is empty.
  // kCorrupt when a record that should be there is not: what came before it was added.
  Status take(size_t count_max, uint64_t bytes_max, Records* into);
  // Time and number of the first record, without taking it. kEnd when there is none.
  Status first(uint64_t* out_number, int64_t* out_time_ns);
  void clear();

 private:
  void begin_at_locked(storage::Stream& stream, uint64_t number);
  Status skip_to_next();
  Status pass(uint64_t to);
  bool take_run(size_t count_max, uint64_t bytes_max, Records* into);
  bool is_dead(uint64_t first, uint64_t last) const;

  std::vector<storage::ChunkView> pieces_;
  size_t at_ = 0;        // the piece that is read
  uint32_t offset_ = 0;  // in it
  uint64_t next_ = 1;
  uint64_t end_ = 1;
  std::vector<std::pair<uint64_t, uint64_t>> dead_;  // in [next_, end_)
};

}  // namespace weir::log
