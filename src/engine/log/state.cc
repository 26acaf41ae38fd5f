#include "engine/log/state.h"

#include <algorithm>
#include <new>

#include "engine/log/reader.h"

namespace weir::log {

namespace {

constexpr std::string_view kRetentionKey = "o";
constexpr std::string_view kTrimmedKey = "t";
constexpr std::string_view kTimeKey = "l";
constexpr size_t kRetentionBytes = 20;
constexpr size_t kConsumerBytes = 16;

std::string consumer_key(std::string_view name) { return "c" + std::string(name); }

}  // namespace

LogState* LogState::of(store::Store& store, const store::StreamPtr& stream) {
  if (!stream->attachment) stream->attachment.reset(new LogState(store, stream));
  return static_cast<LogState*>(stream->attachment.get());
}

LogState::LogState(store::Store& store, const store::StreamPtr& stream)
    : store_(store),
      stream_(stream),
      opened_wall_ns_(store.clock().wall_ns()),
      opened_steady_ns_(store.clock().monotonic_ns()) {
  stream->access = storage::Access::kLog;
  restore_facts(*stream);
}

void LogState::restore_facts(const storage::Stream& stream) {
  for (const auto& [key, value] : stream.facts) {
    const uint8_t* bytes = as_bytes(value).data();
    if (key == kRetentionKey && value.size() == kRetentionBytes) {
      retention.age_ms = load_little<int64_t>(bytes);
      retention.bytes_max = load_little<uint64_t>(bytes + 8);
      retention.consumers = static_cast<ConsumerRetention>(load_little<uint32_t>(bytes + 16));
    } else if (key == kTrimmedKey && value.size() == 8) {
      trimmed_below = load_little<uint64_t>(bytes);
    } else if (key == kTimeKey && value.size() == 8) {
      newest_time_ns_ = load_little<int64_t>(bytes);
    } else if (key[0] == 'c' && key.size() > 1 && value.size() == kConsumerBytes) {
      Consumer& consumer = consumers[key.substr(1)];
      consumer.committed = load_little<uint64_t>(bytes);
      consumer.committed_at_ns = load_little<int64_t>(bytes + 8);
    } else {
      producers.restore(key, value);
    }
  }
}

void LogState::on_change_locked() {
  const store::StreamPtr stream = stream_.lock();
  const bool over = !stream || stream->dropped || store_.has_failed_locked();
  if (over) invalidate_windows();
  const uint64_t visible = over ? UINT64_MAX : stream->visible_next;
  for (Reader* reader : readers) reader->on_change_locked(visible);
}

// Before a group is closed: the time up to which its records go.
void LogState::before_group_locked() {
  lazy_requested_ = false;
  const store::StreamPtr stream = stream_.lock();
  if (!stream || stream->dropped) return;
  char value[8];
  store_little(reinterpret_cast<uint8_t*>(value), newest_time_ns_);
  store_.pipeline().set_fact(stream, kTimeKey, {value, sizeof value});
}

int64_t LogState::stamp(int64_t given_ns, int64_t clock_ns) {
  const int64_t time = given_ns != 0 ? given_ns : std::max(clock_ns, newest_time_ns_);
  newest_time_ns_ = std::max(newest_time_ns_, time);
  return time;
}

void LogState::note_appended(uint64_t bytes) {
  appended_bytes_ += bytes;
  if (lazy_requested_ || !store_.durable()) return;
  try {
    store_.pipeline().request_lazy(this);
    lazy_requested_ = true;
  } catch (const std::bad_alloc&) {
    // The time comes with a later group; until then it may go back after a crash, as it may.
  }
}

void LogState::set_retention(const Retention& wanted) {
  char value[kRetentionBytes];
  auto* bytes = reinterpret_cast<uint8_t*>(value);
  store_little(bytes, wanted.age_ms);
  store_little(bytes + 8, wanted.bytes_max);
  store_little(bytes + 16, static_cast<uint32_t>(wanted.consumers));
  store_.pipeline().set_fact(stream_.lock(), kRetentionKey, {value, sizeof value});
  retention = wanted;
  next_look_ns_ = 0;
}

uint64_t LogState::trim_below(uint64_t number) {
  const store::StreamPtr stream = stream_.lock();
  if (number <= trimmed_below) return 0;
  const uint64_t floor = stream->floor();
  uint64_t count = 0;
  if (floor < number) count = store_.pipeline().mark_dead(stream, floor, number - 1);
  char value[8];
  store_little(reinterpret_cast<uint8_t*>(value), number);
  store_.pipeline().set_fact(stream, kTrimmedKey, {value, sizeof value});
  trimmed_below = number;
  counted.trim_count += count;
  invalidate_windows();
  return count;
}

void LogState::set_consumer(const std::string& name, Consumer& consumer, uint64_t number,
                            int64_t wall_ns) {
  char value[kConsumerBytes];
  auto* bytes = reinterpret_cast<uint8_t*>(value);
  store_little(bytes, number);
  store_little(bytes + 8, wall_ns);
  store_.pipeline().set_fact(stream_.lock(), consumer_key(name), {value, sizeof value});
  consumer.committed = number;
  consumer.committed_at_ns = wall_ns;
  if (retention.consumers == ConsumerRetention::kDropRead) next_look_ns_ = 0;
}

void LogState::erase_consumer(std::string_view name) {
  store_.pipeline().set_fact(stream_.lock(), consumer_key(name), {});
  const auto found = consumers.find(name);
  if (found != consumers.end()) consumers.erase(found);
}

uint64_t LogState::slowest_consumer() const {
  uint64_t slowest = UINT64_MAX;
  for (const auto& [name, consumer] : consumers) slowest = std::min(slowest, consumer.committed);
  return slowest;
}

}  // namespace weir::log
