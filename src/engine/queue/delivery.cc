#include "engine/queue/delivery.h"

#include <algorithm>
#include <new>

namespace weir::queue {

uint64_t Delivery::next_after(const storage::Stream& stream, uint64_t after) const {
  const auto again = again_.upper_bound(after);
  uint64_t fresh = stream.first_live(std::max(cursor_, after + 1));
  while (fresh < stream.visible_next && !delayed_.empty() && delayed_.find(fresh) != nullptr) {
    fresh = stream.first_live(fresh + 1);
  }
  const uint64_t number = again == again_.end() ? fresh : std::min(fresh, *again);
  return number < stream.visible_next ? number : 0;
}

uint64_t Delivery::next(const storage::Stream& stream) {
  if (again_.empty() && delayed_.empty()) {
    const uint64_t fresh = stream.first_live(cursor_);
    return fresh < stream.visible_next ? fresh : 0;
  }
  return next_after(stream, 0);
}

uint32_t Delivery::count_of(uint64_t number) const {
  if (const InFlight* entry = flight_.find(number)) return entry->count;
  if (const uint32_t* count = counts_.find(number)) return *count;
  return number < delivered_below_ ? 1 : 0;
}

uint32_t Delivery::take_count(uint64_t number) {
  const uint32_t count = count_of(number) + 1;
  if (!counts_.empty()) counts_.erase(number);
  return count;
}

// The number leaves the ready ones: the cursor moves over it, or it was there for another time.
void Delivery::pass(uint64_t number) {
  if (number >= cursor_) {
    cursor_ = number + 1;
  } else {
    again_.erase(number);
  }
}

uint32_t Delivery::deliver(uint64_t number, uint64_t owner, int64_t lease_deadline_ns) {
  // What may lack memory comes first: then nothing has changed.
  if (lease_deadline_ns != 0) leases_.emplace(lease_deadline_ns, number);
  const uint32_t count = count_of(number) + 1;
  try {
    flight_.insert(number);
  } catch (const std::bad_alloc&) {
    leases_.erase({lease_deadline_ns, number});
    throw;
  }
  InFlight& entry = *flight_.find(number);
  entry.count = count;
  entry.owner = owner;
  entry.lease_deadline_ns = lease_deadline_ns;
  if (!counts_.empty()) counts_.erase(number);
  pass(number);
  return count;
}

uint32_t Delivery::deliver_final(uint64_t number) {
  const uint32_t count = take_count(number);
  pass(number);
  return count;
}

void Delivery::forget_delay(uint64_t number) {
  if (delayed_.empty()) return;
  const int64_t* due = delayed_.find(number);
  if (due == nullptr) return;
  delays_.erase({*due, number});
  delayed_.erase(number);
}

void Delivery::remove(uint64_t number) {
  if (const InFlight* entry = flight_.find(number)) {
    if (entry->lease_deadline_ns != 0) leases_.erase({entry->lease_deadline_ns, number});
    flight_.erase(number);
    return;
  }
  if (!again_.empty()) again_.erase(number);
  if (!counts_.empty()) counts_.erase(number);
  forget_delay(number);
}

void Delivery::make_ready(uint64_t number) {
  // At or above the cursor it is found by the cursor.
  if (number < cursor_) again_.insert(number);
}

void Delivery::give_back(uint64_t number, int64_t due_ns) {
  const InFlight* entry = flight_.find(number);
  if (entry == nullptr) return;
  // What may lack memory comes first: a message is never in neither place.
  counts_.insert(number) = entry->count;
  if (due_ns == 0) {
    make_ready(number);
  } else {
    delay(number, due_ns);
  }
  if (entry->lease_deadline_ns != 0) leases_.erase({entry->lease_deadline_ns, number});
  flight_.erase(number);
}

void Delivery::delay(uint64_t number, int64_t due_ns) {
  delays_.emplace(due_ns, number);
  try {
    delayed_.insert(number) = due_ns;
  } catch (const std::bad_alloc&) {
    delays_.erase({due_ns, number});
    throw;
  }
}

void Delivery::set_lease(uint64_t number, int64_t deadline_ns) {
  InFlight* entry = flight_.find(number);
  if (entry == nullptr) return;
  if (entry->lease_deadline_ns != 0) leases_.erase({entry->lease_deadline_ns, number});
  entry->lease_deadline_ns = deadline_ns;
  if (deadline_ns != 0) leases_.emplace(deadline_ns, number);
}

std::vector<uint64_t> Delivery::owned_by(uint64_t owner) const {
  std::vector<uint64_t> numbers;
  flight_.for_each([&](uint64_t number, const InFlight& entry) {
    if (entry.owner == owner) numbers.push_back(number);
  });
  return numbers;
}

std::vector<uint64_t> Delivery::all_in_flight() const {
  std::vector<uint64_t> numbers;
  flight_.for_each([&](uint64_t number, const InFlight&) { numbers.push_back(number); });
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

void Delivery::purge_below(uint64_t bound) {
  again_.erase(again_.begin(), again_.lower_bound(bound));
  std::vector<uint64_t> numbers;
  delayed_.for_each([&](uint64_t number, int64_t) { numbers.push_back(number); });
  counts_.for_each([&](uint64_t number, uint32_t) { numbers.push_back(number); });
  for (const uint64_t number : numbers) {
    if (number >= bound) continue;
    forget_delay(number);
    counts_.erase(number);
  }
}

uint64_t Delivery::expire(int64_t now_ns) {
  uint64_t expired = 0;
  while (!leases_.empty() && leases_.begin()->first <= now_ns) {
    give_back(leases_.begin()->second, 0);
    ++expired;
  }
  while (!delays_.empty() && delays_.begin()->first <= now_ns) {
    const uint64_t number = delays_.begin()->second;
    make_ready(number);
    forget_delay(number);
  }
  return expired;
}

int64_t Delivery::next_due_ns() const {
  const int64_t lease = leases_.empty() ? INT64_MAX : leases_.begin()->first;
  const int64_t delay = delays_.empty() ? INT64_MAX : delays_.begin()->first;
  return std::min(lease, delay);
}

}  // namespace weir::queue
