#include "engine/queue/state.h"

#include <algorithm>

#include "base/seeded_bug.h"

namespace weir::queue {

namespace {

constexpr std::string_view kMarkKey = "d";

std::string numbered_key(char kind, uint64_t number) {
  std::string key(9, kind);
  store_little(reinterpret_cast<uint8_t*>(key.data()) + 1, number);
  return key;
}

uint64_t number_of(std::string_view key) {
  return key.size() == 9 ? load_little<uint64_t>(as_bytes(key).data() + 1) : 0;
}

}  // namespace

QueueState* QueueState::of(store::Store& store, const store::StreamPtr& stream) {
  if (!stream->attachment) stream->attachment.reset(new QueueState(store, stream));
  return static_cast<QueueState*>(stream->attachment.get());
}

QueueState::QueueState(store::Store& store, const store::StreamPtr& stream)
    : store_(store), stream_(stream) {
  restore_facts();
}

void QueueState::restore_facts() {
  const store::StreamPtr stream = stream_.lock();
  uint64_t mark = 1;
  const int64_t wall_now = store_.clock().wall_ns();
  const int64_t now = store_.clock().monotonic_ns();
  for (const auto& [key, value] : stream->facts) {
    const uint8_t* bytes = as_bytes(value).data();
    if (key == kMarkKey && value.size() == 8) mark = load_little<uint64_t>(bytes);
    const uint64_t number = number_of(key);
    if (number == 0) continue;
    if (key[0] == 'c' && value.size() == 12 && !stream->is_dead(number)) {
      delivery.restore_count(number, load_little<uint32_t>(bytes));
      const auto due = load_little<int64_t>(bytes + 4);
      // A clock that jumped back must not lengthen the delay beyond the longest there is.
      const int64_t left =
          std::min(due - wall_now, kDurationMsMax * env::kNanosecondsPerMillisecond);
      if (due != 0 && left > 0) delivery.delay(number, now + left);
    }
    if (key[0] == 'p' && value.size() == 16) {
      Producer& producer = producers_.insert(number);
      producer.sequence = load_little<uint64_t>(bytes);
      producer.number = load_little<uint64_t>(bytes + 8);
    }
  }
  mark_logged_ = mark;
  delivery.start(stream->floor(), mark);
}

uint64_t QueueState::ready_count() const {
  const store::StreamPtr stream = stream_.lock();
  if (!stream || stream->dropped) return 0;
  const uint64_t hidden = stream->next_number() - stream->visible_next;
  const uint64_t busy = delivery.in_flight_count() + delivery.delayed_count() + hidden;
  const uint64_t live = stream->live_count();
  return live > busy ? live - busy : 0;
}

void QueueState::on_change_locked() {
  if (waiters.empty()) return;
  const store::StreamPtr stream = stream_.lock();
  const bool over = !stream || stream->dropped || store_.has_failed_locked();
  uint64_t ready = over ? UINT64_MAX : ready_count();
  for (Waiter* waiter : waiters) {
    if (ready == 0) break;
    --ready;
    if (waiter->woken) continue;
    waiter->woken = true;
    waiter->condition.notify_one();
  }
}

void QueueState::wake_all_locked() {
  for (Waiter* waiter : waiters) {
    waiter->woken = true;
    waiter->condition.notify_one();
  }
}

size_t QueueState::woken_count() const {
  size_t count = 0;
  for (const Waiter* waiter : waiters) count += waiter->woken ? 1 : 0;
  return count;
}

void QueueState::expire_locked(int64_t now_ns) {
  if (delivery.next_due_ns() > now_ns) return;
  counted.lease_expiry_count += delivery.expire(now_ns);
  on_change_locked();
}

void QueueState::note_delivered() {
  if (lazy_requested_ || delivery.cursor() <= mark_logged_) return;
  try {
    store_.pipeline().request_lazy(this);
    lazy_requested_ = true;
  } catch (const std::bad_alloc&) {
    // The mark comes with a later delivery; until then a count may be too low after a crash, as it may.
  }
}

void QueueState::before_group_locked() {
  lazy_requested_ = false;
  const store::StreamPtr stream = stream_.lock();
  if (!stream || stream->dropped || delivery.cursor() <= mark_logged_) return;
  mark_logged_ = delivery.cursor();
  char value[8];
  store_little(reinterpret_cast<uint8_t*>(value), mark_logged_);
  store_.pipeline().set_fact(stream, kMarkKey, {value, sizeof value});
}

void QueueState::log_count(uint64_t number, uint32_t count, int64_t due_wall_ns) {
  char value[12];
  store_little(reinterpret_cast<uint8_t*>(value), count);
  store_little(reinterpret_cast<uint8_t*>(value) + 4, due_wall_ns);
  store_.pipeline().set_fact(stream_.lock(), numbered_key('c', number), {value, sizeof value});
}

void QueueState::forget_count(uint64_t number) {
  const store::StreamPtr stream = stream_.lock();
  // Most messages have none: the facts of a queue are few.
  if (stream->facts.empty()) return;
  const std::string key = numbered_key('c', number);
  if (stream->facts.find(key) == stream->facts.end()) return;
  store_.pipeline().set_fact(stream, key, {});
}

void QueueState::forget_dead_counts() {
  const store::StreamPtr stream = stream_.lock();
  std::vector<std::string> keys;
  for (const auto& [key, value] : stream->facts) {
    if (key[0] == 'c' && stream->is_dead(number_of(key))) keys.push_back(key);
  }
  for (const std::string& key : keys) store_.pipeline().set_fact(stream, key, {});
}

bool QueueState::may_acknowledge(uint64_t number) const {
  const store::StreamPtr stream = stream_.lock();
  if (number == 0 || number >= stream->visible_next || stream->is_dead(number)) return false;
  // Delivered since the store was opened, or before a stop that left no exact knowledge.
  return delivery.was_delivered(number) || delivery.is_delayed(number) ||
         delivery.count_of(number) != 0 ||
         (stream->recovered_unclean && number < stream->recovered_next);
}

void QueueState::set_producer(uint64_t id, uint64_t sequence, uint64_t number) {
  if (producers_.find(id) == nullptr && producers_.size() >= kProducersMax) {
    uint64_t oldest = 0;
    uint64_t oldest_number = UINT64_MAX;
    producers_.for_each([&](uint64_t other, const Producer& producer) {
      if (producer.number < oldest_number) {
        oldest = other;
        oldest_number = producer.number;
      }
    });
    producers_.erase(oldest);
    store_.pipeline().set_fact(stream_.lock(), numbered_key('p', oldest), {});
  }
  Producer& producer = producers_.insert(id);
  producer.sequence = sequence;
  producer.number = number;
  char value[16];
  store_little(reinterpret_cast<uint8_t*>(value), sequence);
  store_little(reinterpret_cast<uint8_t*>(value) + 8, number);
  if (WEIR_SEEDED_BUG(producer_not_logged)) return;
  store_.pipeline().set_fact(stream_.lock(), numbered_key('p', id), {value, sizeof value});
}

void QueueState::set_producer_group(uint64_t id, uint64_t group) {
  if (Producer* producer = producers_.find(id)) producer->group = group;
}

}  // namespace weir::queue
