// Retention of a log: by age, by size, by its consumers. It looks when somebody appends, reads at the end or asks, at
// most once a second, and gives back a prefix of the log.
#include <algorithm>

#include "engine/log/state.h"
#include "engine/log/window.h"

namespace weir::log {

namespace {

constexpr int64_t kLookEveryNs = 1000 * env::kNanosecondsPerMillisecond;
constexpr uint64_t kLookEveryBytes = 1u << 20;
constexpr size_t kTrimOperationBytes = 128;

// The time of the first visible record at or above `number`; kEnd when there is none.
Status time_at_locked(store::Store& store, const store::StreamPtr& stream, uint64_t* number,
                      int64_t* out_time_ns) {
  Window window;
  WEIR_TRY(window.fill_locked(store, stream, *number, 0));
  return window.first(number, out_time_ns);
}

}  // namespace

Status LogState::find_time_locked(const store::StreamPtr& stream, int64_t time_ns,
                                  uint64_t* out_number) {
  uint64_t low = stream->floor();  // everything below is older
  uint64_t high = std::max(stream->visible_next, low);
  while (low < high) {
    uint64_t number = low + (high - low) / 2;
    const uint64_t middle = number;
    int64_t time = 0;
    const Status found = time_at_locked(store_, stream, &number, &time);
    if (found.failed()) return found;
    if (found.code() == Code::kEnd || number >= high || time >= time_ns) {
      high = middle;
    } else {
      low = number + 1;
    }
  }
  *out_number = std::min(stream->first_live(low), std::max(stream->visible_next, low));
  return {};
}

// The wall clock when the log was opened, plus the time that has passed since.
int64_t LogState::steady_wall_ns() const {
  return opened_wall_ns_ + (store_.clock().monotonic_ns() - opened_steady_ns_);
}

Status LogState::age_bound_locked(const store::StreamPtr& stream, uint64_t* out_number) {
  *out_number = 0;
  if (retention.age_ms == 0) return {};
  const int64_t oldest_kept_ns =
      steady_wall_ns() - retention.age_ms * env::kNanosecondsPerMillisecond;
  uint64_t first = stream->floor();
  if (first != oldest_number_) {
    int64_t time = 0;
    const Status found = time_at_locked(store_, stream, &first, &time);
    if (found.code() == Code::kEnd) return {};
    WEIR_TRY(found);
    oldest_number_ = first;
    oldest_time_ns_ = time;
  }
  if (oldest_time_ns_ >= oldest_kept_ns) return {};
  return find_time_locked(stream, oldest_kept_ns, out_number);
}

// Whole frames (up to 64 KiB, or one group's share) go, the oldest first, as long as the rest is above the bound.
uint64_t LogState::size_bound(const storage::Stream& stream) const {
  if (retention.bytes_max == 0) return 0;
  const auto& extents = stream.extents();
  const auto& chunks = stream.chunks();
  const uint64_t on_disk_next = extents.empty() ? 1 : stream.on_disk_next();
  uint64_t total = stream.disk_bytes();
  size_t first_chunk = chunks.size();
  while (first_chunk > 0 && chunks[first_chunk - 1]->last >= on_disk_next)
    total += chunks[--first_chunk]->used;
  uint64_t bound = 0;
  for (size_t i = 0; i < extents.size() && total > retention.bytes_max; ++i) {
    if (extents[i].file == nullptr) continue;
    total -= extents[i].bytes;
    bound = extents[i].last + 1;
  }
  for (size_t i = first_chunk; i < chunks.size() && total > retention.bytes_max; ++i) {
    total -= chunks[i]->used;
    bound = chunks[i]->last + 1;
  }
  return bound;
}

Status LogState::retain_locked(const store::StreamPtr& stream, uint64_t* out_count) {
  *out_count = 0;
  next_look_ns_ = store_.clock().monotonic_ns() + kLookEveryNs;
  appended_bytes_ = 0;
  uint64_t bound = 0;
  WEIR_TRY(age_bound_locked(stream, &bound));
  WEIR_TRY(store_.pipeline().ensure_ack_room(kTrimOperationBytes));
  if (stream->dropped) return {};
  bound = std::max(bound, size_bound(*stream));
  const uint64_t unread = slowest_consumer();
  if (retention.consumers != ConsumerRetention::kIgnore) bound = std::min(bound, unread);
  if (retention.consumers == ConsumerRetention::kDropRead && !consumers.empty())
    bound = std::max(bound, unread);
  bound = std::min(bound, stream->visible_next);
  if (bound <= stream->floor()) return {};
  store_.pipeline().reserve_operations(kTrimOperationBytes);
  *out_count = trim_below(bound);
  store_.pipeline().end_commit(false);
  store_.core().pool->budget().notify_if_waited();
  return {};
}

Status LogState::retain_if_due_locked(const store::StreamPtr& stream) {
  const bool bounded = retention.age_ms != 0 || retention.bytes_max != 0 ||
                       retention.consumers == ConsumerRetention::kDropRead;
  if (!bounded || store_.options().read_only || store_.has_failed_locked()) return {};
  const bool much = retention.bytes_max != 0 &&
                    appended_bytes_ >= std::min(kLookEveryBytes, retention.bytes_max / 8 + 1);
  if (!much && store_.clock().monotonic_ns() < next_look_ns_) return {};
  uint64_t count = 0;
  return retain_locked(stream, &count);
}

}  // namespace weir::log
