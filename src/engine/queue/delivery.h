// Delivery: which message comes next, which are in flight, delayed or ready again. It costs memory only for what is in
// flight or was given back. Numbers only; no clock, no I/O, no lock of its own (the store's mutex guards it).
#pragma once

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "base/flat_map.h"
#include "storage/stream.h"

namespace weir::queue {

struct InFlight {
  uint32_t count = 0;             // deliveries so far, this one included
  uint64_t owner = 0;             // the handle that took it
  int64_t lease_deadline_ns = 0;  // 0: none
};

class Delivery {
 public:
  // `delivered_below`: numbers below were delivered before the store was opened, as far as is known.
  void start(uint64_t cursor, uint64_t delivered_below) {
    cursor_ = cursor;
    delivered_below_ = delivered_below;
  }
  void restore_count(uint64_t number, uint32_t count) { counts_.insert(number) = count; }

  // The smallest deliverable number above `after`; 0 when there is none.
  uint64_t next_after(const storage::Stream& stream, uint64_t after) const;
  // The message that a pop takes now. Steps over what is dead or delayed.
  uint64_t next(const storage::Stream& stream);
  // Takes a number that next() gave; returns its delivery count.
  uint32_t deliver(uint64_t number, uint64_t owner, int64_t lease_deadline_ns);
  // Takes it for good, with no time in flight.
  uint32_t deliver_final(uint64_t number);

  const InFlight* in_flight(uint64_t number) const { return flight_.find(number); }
  // Was it given out, so that somebody may know its number?
  bool was_delivered(uint64_t number) const {
    return number < cursor_ && delayed_.find(number) == nullptr;
  }
  bool is_delayed(uint64_t number) const { return delayed_.find(number) != nullptr; }
  uint32_t count_of(uint64_t number) const;  // deliveries so far, wherever it is
  // Forgets a number: acknowledged or purged.
  void remove(uint64_t number);
  // Gives a number in flight back, at once (due 0) or later.
  void give_back(uint64_t number, int64_t due_ns);
  void delay(uint64_t number, int64_t due_ns);
  void set_lease(uint64_t number, int64_t deadline_ns);
  std::vector<uint64_t> owned_by(uint64_t owner) const;
  std::vector<uint64_t> all_in_flight() const;  // ascending
  // Forgets everything that is not in flight and lies below `bound`.
  void purge_below(uint64_t bound);

  // Moves what is due at `now` to ready; returns how many leases ran out.
  uint64_t expire(int64_t now_ns);
  int64_t next_due_ns() const;  // INT64_MAX: nothing is waited for
  bool has_timers() const { return !leases_.empty() || !delays_.empty(); }

  uint64_t cursor() const { return cursor_; }
  uint64_t in_flight_count() const { return flight_.size(); }
  uint64_t delayed_count() const { return delayed_.size(); }

 private:
  void make_ready(uint64_t number);
  uint32_t take_count(uint64_t number);
  void forget_delay(uint64_t number);
  void pass(uint64_t number);

  uint64_t cursor_ = 1;  // numbers from here on were not delivered since the store was opened
  uint64_t delivered_below_ = 1;
  std::set<uint64_t> again_;  // below the cursor, ready again
  FlatMap<InFlight> flight_;
  FlatMap<uint32_t> counts_;  // of numbers that were delivered and are not in flight
  FlatMap<int64_t> delayed_;  // number -> due
  std::set<std::pair<int64_t, uint64_t>> delays_;  // the same by due time
  std::set<std::pair<int64_t, uint64_t>> leases_;
};

}  // namespace weir::queue
