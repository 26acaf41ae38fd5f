// Pop and peek of a queue handle.
#include <algorithm>
#include <new>
#include <optional>

#include "engine/queue/queue.h"
#include "engine/queue/state.h"

namespace weir::queue {

namespace {

constexpr size_t kOperationBytes = 64;

uint64_t operation_bytes(size_t count_max) {
  return std::min<size_t>(count_max, 4096) * 2 * kOperationBytes;
}

uint64_t payload_bytes_of(const uint8_t* record) {
  const format::RecordHeader header = format::read_record_header(record);
  return header.body_bytes - header.properties_bytes;
}

// A waiting caller's place in the queue of callers; it keeps it until it leaves.
class Place {
 public:
  explicit Place(QueueState& state) : state_(state) {}
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    if (!waiter_) return;
    std::erase(state_.waiters, &*waiter_);
    // A wake-up that this caller did not use goes to the next one.
    state_.on_change_locked();
  }
  // Made at the first wait: most pops find a message at once.
  Waiter* take() {
    if (!waiter_) {
      waiter_.emplace();
      state_.waiters.push_back(&*waiter_);
    }
    return &*waiter_;
  }
  bool taken() const { return waiter_.has_value(); }

 private:
  QueueState& state_;
  std::optional<Waiter> waiter_;
};

}  // namespace

Status Handle::pop(size_t count_max, const PopOptions& options, Messages* into) {
  into->clear();
  Status status;
  MutexLock lock(store_->mutex());
  try {
    status = pop_locked(count_max, options, into);
  } catch (const std::bad_alloc&) {
    if (into->count() == 0) throw;
  }
  if (into->count() == 0) return status;
  // Some may have been taken before one could not be read: they are the result.
  status = options.acknowledge ? acknowledge_taken_locked(*into, options) : Status();
  if (!status.ok()) into->clear();
  return status;
}

Status Handle::pop_locked(size_t count_max, const PopOptions& options, Messages* into) {
  store::Store& store = *store_;
  const uint64_t interrupts_seen = interrupt_count_;
  const int64_t deadline_ns =
      options.timeout_ms == 0 ? 0 : store.clock().deadline_after_ms(options.timeout_ms);
  Place place(*state_);
  while (true) {
    WEIR_TRY(check_open_locked());
    WEIR_TRY(store.check_writable_locked());
    // Who comes later and would wait does not overtake those that wait and were woken.
    const bool overtakes = !state_->waiters.empty() && options.timeout_ms != 0 && !place.taken() &&
                           state_->ready_count() <= state_->woken_count();
    if (!overtakes) {
      // Redeliveries are counted in the log, and acknowledgements go there.
      WEIR_TRY(store.pipeline().ensure_ack_room(operation_bytes(count_max)));
      WEIR_TRY(check_open_locked());
      Status status = take_locked(count_max, options, into);
      if (status.code() != Code::kEmpty) return status;
    }
    if (options.timeout_ms == 0) return Code::kEmpty;
    WEIR_TRY(wait_ready_locked(place.take(), deadline_ns, interrupts_seen));
  }
}

Status Handle::wait_ready_locked(Waiter* waiter, int64_t deadline_ns, uint64_t interrupts_seen) {
  store::Store& store = *store_;
  while (true) {
    const int64_t wake_ns = std::min(deadline_ns, state_->delivery.next_due_ns());
    if (!waiter->woken) store.wait_locked(waiter->condition, wake_ns);
    const bool woken = std::exchange(waiter->woken, false);
    if (closed_ || stream_->dropped || store.has_failed_locked())
      return {};  // the caller's checks tell which
    if (interrupt_count_ != interrupts_seen) return Code::kInterrupted;
    const int64_t now = store.clock().monotonic_ns();
    if (woken) return {};
    state_->expire_locked(now);  // wakes the first in line, which may be this caller
    if (now >= deadline_ns && !waiter->woken) return Code::kTimeout;
  }
}

Status Handle::take_locked(size_t count_max, const PopOptions& options, Messages* into) {
  store::Store& store = *store_;
  Delivery& delivery = state_->delivery;
  int64_t now = 0;
  if (delivery.has_timers() || options.lease_ms != 0) now = store.clock().monotonic_ns();
  if (delivery.has_timers()) state_->expire_locked(now);
  const int64_t due_before_ns = delivery.next_due_ns();
  const int64_t lease_ns =
      options.lease_ms == 0 ? 0 : now + options.lease_ms * env::kNanosecondsPerMillisecond;
  while (into->count() < count_max) {
    const uint64_t number = delivery.next(*stream_);
    if (number == 0) break;
    storage::Chunk* chunk = nullptr;
    const uint8_t* record = stream_->find_in_memory(number, &chunk);
    if (record == nullptr) {
      if (into->count() != 0) break;
      WEIR_TRY(store.pager().load(stream_, number));
      WEIR_TRY(check_open_locked());
      continue;
    }
    if (into->count() != 0 && into->payload_bytes() + payload_bytes_of(record) > options.bytes_max)
      break;
    WEIR_TRY(take_one_locked(number, record, chunk, options, lease_ns, into));
    stream_->head_hint = number;
  }
  // Those that wait sleep no longer than until the next deadline they know of.
  if (delivery.next_due_ns() < due_before_ns) state_->wake_all_locked();
  if (into->count() == 0) return Code::kEmpty;
  state_->counted.delivery_count += into->count();
  if (!options.acknowledge) state_->note_delivered();
  return {};
}

// Everything that can fail comes before the delivery state changes.
Status Handle::take_one_locked(uint64_t number, const uint8_t* record, storage::Chunk* chunk,
                               const PopOptions& options, int64_t lease_ns, Messages* into) {
  Delivery& delivery = state_->delivery;
  const bool uncertain = stream_->recovered_unclean && number < stream_->recovered_next;
  const uint32_t count = delivery.count_of(number) + 1;
  into->add(record, chunk, count, count > 1 || uncertain);
  try {
    const Status decoded = into->decode_last();
    if (!decoded.ok()) {
      into->drop_last();
      return decoded;
    }
    if (count > 1 && !options.acknowledge) {
      state_->log_count(number, count, 0);
      store_->pipeline().end_commit(false);
    }
    options.acknowledge ? delivery.deliver_final(number)
                        : delivery.deliver(number, owner_, lease_ns);
  } catch (const std::bad_alloc&) {
    into->drop_last();
    throw;
  }
  if (count > 1) ++state_->counted.redelivery_count;
  return {};
}

Status Handle::acknowledge_taken_locked(const Messages& taken, const PopOptions& options) {
  store::Store& store = *store_;
  const store::Durability durability = store.resolve(options.durability);
  store.pipeline().reserve_operations(taken.count() * 2 * kOperationBytes);
  for (size_t i = 0; i < taken.count();) {
    size_t end = i + 1;
    while (end < taken.count() && taken.at(end).id == taken.at(end - 1).id + 1) ++end;
    for (size_t k = i; k < end; ++k) state_->forget_count(taken.at(k).id);
    state_->counted.ack_count +=
        store.pipeline().mark_dead(stream_, taken.at(i).id, taken.at(end - 1).id);
    i = end;
  }
  const uint64_t group = store.pipeline().end_commit(durability == store::Durability::kSync);
  store.core().pool->budget().notify_if_waited();
  store::Level level = store::Level::kMemory;
  return store.finish_locked(group, durability, &level);
}

Status Handle::peek(size_t count_max, uint64_t bytes_max, Messages* into) {
  into->clear();
  MutexLock lock(store_->mutex());
  WEIR_TRY(check_open_locked());
  const Status status = peek_locked(count_max, bytes_max, into);
  // Some may have been found before one could not be read: they are the result.
  return into->count() != 0 ? Status() : status;
}

Status Handle::peek_locked(size_t count_max, uint64_t bytes_max, Messages* into) {
  const Delivery& delivery = state_->delivery;
  if (delivery.has_timers()) state_->expire_locked(store_->clock().monotonic_ns());
  uint64_t after = 0;
  while (into->count() < count_max) {
    const uint64_t number = delivery.next_after(*stream_, after);
    if (number == 0) break;
    storage::Chunk* chunk = nullptr;
    const uint8_t* record = stream_->find_in_memory(number, &chunk);
    if (record == nullptr) {
      WEIR_TRY(store_->pager().load(stream_, number));
      WEIR_TRY(check_open_locked());
      continue;
    }
    if (into->count() != 0 && into->payload_bytes() + payload_bytes_of(record) > bytes_max) break;
    const uint32_t count = delivery.count_of(number);
    const bool uncertain = stream_->recovered_unclean && number < stream_->recovered_next;
    into->add(record, chunk, count, count > 0 || uncertain);
    const Status decoded = into->decode_last();
    if (!decoded.ok()) {
      into->drop_last();
      return decoded;
    }
    after = number;
  }
  return into->count() == 0 ? Status(Code::kEmpty) : Status();
}

}  // namespace weir::queue
