#include "store/commit.h"

#include <algorithm>

#include "base/seeded_bug.h"

namespace weir::store {

namespace {
constexpr int64_t kMarkAfterNs = 100 * env::kNanosecondsPerMillisecond;
constexpr int64_t kAckRoomWaitMs = 10'000;
constexpr uint64_t kAckAheadBytes = 256u << 10;  // a checkpoint is asked for this far ahead
constexpr uint64_t kLazyBytesMax = 16u << 10;
}  // namespace

void CommitPipeline::Group::clear() {
  dirty.clear();
  operations.clear();
  pending.clear();
  deaths.clear();
  ceilings.clear();
  commit_count = record_count = 0;
  bytes = 0;
}

CommitPipeline::CommitPipeline(Core& core) : core_(core) {
  if (core.log) writer_ = std::make_unique<storage::GroupWriter>(*core.log);
}

// --- building ---

CommitPipeline::Touched& CommitPipeline::touch(const StreamPtr& stream) {
  for (Touched& touched : touched_) {
    if (touched.stream == stream) return touched;
  }
  touched_.push_back({stream, 0, 0, false, nullptr});
  return touched_.back();
}

uint64_t CommitPipeline::append(const StreamPtr& stream, storage::RecordDraft& draft) {
  Touched& touched = touch(stream);
  const uint64_t number = stream->append(draft);
  if (touched.first == 0) touched.first = number;
  if (core_.durable && stream->kind() == storage::kStreamDurable) {
    commit_logs_ = true;
    if (stream->dirty_group != open_.number) {
      stream->dirty_group = open_.number;
      open_.dirty.push_back(stream);
    }
    ++open_.record_count;
    open_.bytes += format::record_bytes(draft.body_bytes());
  }
  return number;
}

uint64_t CommitPipeline::mark_dead(const StreamPtr& stream, uint64_t first, uint64_t last) {
  Touched& touched = touch(stream);  // may lack memory: before anything changes
  const uint64_t count = stream->mark_dead(first, last);
  if (count == 0) return 0;
  touched.dead_count += count;
  log_dead(stream, first, last);
  return count;
}

void CommitPipeline::log_dead(const StreamPtr& stream, uint64_t first, uint64_t last) {
  if (!core_.durable || stream->kind() != storage::kStreamDurable) return;
  format::Operation operation;
  operation.kind = format::OperationKind::kDead;
  operation.stream_id = stream->id();
  operation.first = first;
  operation.last = last;
  add_operation(stream, operation);
}

void CommitPipeline::mark_dead_when_visible(const StreamPtr& stream, uint64_t number) {
  // What may lack memory comes before anything changes.
  for (std::vector<Death>* deaths : {&deaths_, &open_.deaths, &writing_.deaths}) {
    const size_t wanted = deaths->size() + deaths_.size() + 1;
    if (wanted > deaths->capacity()) deaths->reserve(std::max(wanted, deaths->capacity() * 2));
  }
  touch(stream).has_deaths = true;
  deaths_.push_back({stream, number});
  log_dead(stream, number, number);
}

// Once it is known what the commit's streams wait for.
void CommitPipeline::settle_deaths() {
  for (Death& death : deaths_) {
    const Touched& touched = touch(death.stream);
    if (touched.waits_for == nullptr) {
      death.stream->mark_dead(death.number, death.number);
    } else {
      touched.waits_for->deaths.push_back(std::move(death));
    }
  }
  deaths_.clear();
}

void CommitPipeline::add_operation(const StreamPtr& stream, const format::Operation& operation) {
  if (!core_.durable) return;
  commit_logs_ = true;
  const size_t before = open_.operations.size();
  format::append_operation(operation, &open_.operations);
  open_.bytes += open_.operations.size() - before;
  ++open_.record_count;
  if (operation.kind == format::OperationKind::kCeiling) {
    stream->ceiling_logged = operation.first;
    stream->ceiling_group = open_.number;
    open_.ceilings.push_back(stream);
  }
}

void CommitPipeline::set_fact(const StreamPtr& stream, std::string_view key,
                              std::string_view value) {
  const auto found = stream->facts.find(key);
  if (value.empty()) {
    if (found != stream->facts.end()) stream->facts.erase(found);
  } else if (found != stream->facts.end()) {
    found->second.assign(value);
  } else {
    stream->facts.emplace(key, value);
  }
  if (stream->kind() != storage::kStreamDurable) return;
  format::Operation operation;
  operation.kind = format::OperationKind::kFact;
  operation.stream_id = stream->id();
  operation.key = key;
  operation.value = as_bytes(value);
  add_operation(stream, operation);
}

void CommitPipeline::reserve_operations(size_t bytes) {
  const size_t wanted = open_.operations.size() + bytes;
  if (wanted > open_.operations.capacity()) {
    open_.operations.reserve(std::max(wanted, open_.operations.capacity() * 2));
  }
}

// Records that stand behind an unsynced SYNC record wait with it, so that order is kept.
CommitPipeline::Group* CommitPipeline::make_visible(const Touched& touched, bool sync) {
  storage::Stream& stream = *touched.stream;
  const uint64_t next = stream.next_number();
  const bool appended = touched.first != 0;
  const bool behind = stream.pending_group > synced_group_ && !WEIR_SEEDED_BUG(visible_before_sync);
  if (WEIR_SEEDED_BUG(visible_before_sync)) sync = false;
  if ((!sync || !commit_logs_) && !behind) {
    if (appended) stream.visible_next = next;
    return nullptr;
  }
  const bool wait_for_writing =
      !(sync && commit_logs_) && stream.pending_group == writing_.number && leading_;
  Group& group = wait_for_writing ? writing_ : open_;
  Pending pending{touched.stream, appended ? next : 0,
                  sync && commit_logs_ ? touched.dead_count : 0, touched.has_deaths};
  stream.unpublished_dead += pending.dead_count;
  // A death counts like a record: what is committed behind it must not show before it does.
  if (appended || touched.has_deaths) stream.pending_group = group.number;
  group.pending.push_back(std::move(pending));
  return &group;
}

uint64_t CommitPipeline::end_commit(bool sync) {
  core_.mutex.assert_held();
  uint64_t group = 0;
  if (commit_logs_) {
    group = open_.number;
    if (open_.empty()) {
      open_.opened_at_ns = core_.env.clock.monotonic_ns();
      if (!sync && wake_flusher_) wake_flusher_();
    }
    ++open_.commit_count;
    ++core_.counted.commit_count;
    if (!sync && !leading_ && wake_flusher_ && open_is_full()) wake_flusher_();
  }
  for (Touched& touched : touched_) touched.waits_for = make_visible(touched, sync);
  if (!deaths_.empty()) settle_deaths();
  for (const Touched& touched : touched_) {
    if (touched.first == 0 && !touched.has_deaths) continue;
    storage::Attachment* attachment = touched.stream->attachment.get();
    if (attachment != nullptr) attachment->on_change_locked();
  }
  touched_.clear();
  commit_logs_ = false;
  return group;
}

// --- waiting ---

bool CommitPipeline::open_is_full() const {
  return open_.record_count >= core_.options.async_records_max ||
         open_.bytes >= core_.options.async_bytes_max;
}

Status CommitPipeline::wait(uint64_t group) {
  core_.mutex.assert_held();
  while (synced_group_ < group) {
    if (!core_.failed.ok()) return core_.failed;
    if (!leading_) {
      WEIR_TRY(lead());
    } else {
      core_.env.clock.wait(done_, core_.mutex, env::kNever);
    }
  }
  return {};
}

Status CommitPipeline::flush() {
  core_.mutex.assert_held();
  if (!core_.failed.ok()) return core_.failed;
  if (!open_.empty()) return wait(open_.number);
  return leading_ ? wait(writing_.number) : Status();
}

Status CommitPipeline::wait_async_room() {
  core_.mutex.assert_held();
  while (open_is_full()) {
    if (!core_.failed.ok()) return core_.failed;
    if (!leading_ && wake_flusher_) wake_flusher_();
    if (!wake_flusher_) return flush();
    core_.env.clock.wait(swapped_, core_.mutex, env::kNever);
  }
  return {};
}

Status CommitPipeline::wait_no_leader() {
  core_.mutex.assert_held();
  while (leading_) core_.env.clock.wait(done_, core_.mutex, env::kNever);
  return core_.failed;
}

void CommitPipeline::forget_lazy(const storage::Attachment* attachment) {
  lazy_.erase(std::remove(lazy_.begin(), lazy_.end(), attachment), lazy_.end());
}

namespace {

// At most what a group takes in the log: frame headers and padding come on top of its records.
uint64_t group_bytes_max(uint64_t bytes, size_t stream_count) {
  return align_up(bytes + bytes / 8 + 128 * stream_count + 2 * format::kBlockBytes,
                  format::kBlockBytes);
}

}  // namespace

Status CommitPipeline::ensure_log_room(uint64_t bytes) {
  core_.mutex.assert_held();
  const uint64_t needed = group_bytes_max(open_.bytes + bytes, open_.dirty.size() + 1);
  while (needed > ensured_bytes_) {
    if (!core_.failed.ok()) return core_.failed;
    const size_t own = slots_taken_ + (remaining_bytes_ >= needed ? 0 : 1);
    if (core_.log->free_slot_count(needed) >= own &&
        core_.log->free_slot_count(0) >= own + storage::kReserveSlots) {
      ensured_bytes_ = needed;
      return {};
    }
    WEIR_TRY(make_slot(needed));
  }
  return {};
}

bool CommitPipeline::has_ack_room(uint64_t needed) const {
  return remaining_bytes_ >= needed || core_.log->free_slot_count(needed) > slots_taken_;
}

Status CommitPipeline::ensure_ack_room(uint64_t bytes) {
  core_.mutex.assert_held();
  if (!core_.durable) return {};
  const uint64_t needed = group_bytes_max(open_.bytes + bytes, open_.dirty.size() + 1);
  if (needed <= std::max(ensured_bytes_, ensured_ack_bytes_)) return {};
  const int64_t deadline_ns = core_.env.clock.deadline_after_ms(kAckRoomWaitMs);
  for (bool in_time = true;;) {
    if (!core_.failed.ok()) return core_.failed;
    const uint64_t seen = core_.pool->budget().change_count();
    const bool scarce = core_.log->free_slot_count(0) < slots_taken_ + storage::kReserveSlots;
    if (scarce && remaining_bytes_ < needed + kAckAheadBytes && wake_checkpoint_)
      wake_checkpoint_();
    if (has_ack_room(needed)) {
      ensured_ack_bytes_ = needed;
      return {};
    }
    const Status made = make_slot(needed);
    if (made.ok()) continue;
    if (made.code() != Code::kNoSpace || !in_time || !wake_checkpoint_) return made;
    wake_checkpoint_();
    MutexUnlock unlocked(core_.mutex);
    in_time = core_.pool->budget().wait_change(seen, core_.env.clock, deadline_ns);
  }
}

// One at a time: the others look again when it is there.
Status CommitPipeline::make_slot(uint64_t bytes) {
  core_.mutex.assert_held();
  if (making_slot_) {
    core_.env.clock.wait(slot_made_, core_.mutex, env::kNever);
    return {};
  }
  making_slot_ = true;
  Status made;
  {
    MutexUnlock unlocked(core_.mutex);
    made = core_.log->add_free_slot(bytes);
  }
  making_slot_ = false;
  slot_made_.notify_all();
  if (made.code() == Code::kFailed) fail(made);
  return made;
}

void CommitPipeline::roll_log() {
  core_.mutex.assert_held();
  WEIR_ASSERT(!leading_);
  core_.log->roll();
  remaining_bytes_ = 0;
  ensured_bytes_ = ensured_ack_bytes_ = 0;
}

// --- leading ---

Status CommitPipeline::lead() {
  core_.mutex.assert_held();
  WEIR_ASSERT(!leading_);
  leading_ = true;
  try {
    const Status status = lead_group();
    if (!status.ok()) fail(status);
  } catch (const std::exception& problem) {
    // Out of memory or a broken invariant half way: what is on disk is not known any more.
    fail(Status(Code::kInternal, text("a commit group broke off: ", problem.what())));
  }
  leading_ = false;
  done_.notify_all();
  return core_.failed;
}

Status CommitPipeline::lead_group() {
  core_.mutex.assert_held();
  const size_t lazy_count = lazy_.size();
  for (size_t i = 0; i < lazy_count; ++i) lazy_[i]->before_group_locked();
  lazy_.clear();
  touched_.clear();
  commit_logs_ = false;
  std::swap(open_, writing_);
  ensured_bytes_ = ensured_ack_bytes_ = 0;
  const uint64_t bytes = group_bytes_max(writing_.bytes, writing_.dirty.size());
  slots_taken_ = bytes > remaining_bytes_ ? 1 : 0;
  remaining_bytes_ -= std::min(remaining_bytes_, bytes);
  if (slots_taken_ != 0) remaining_bytes_ = 0;
  if (WEIR_SEEDED_BUG(dead_lost_on_roll) && slots_taken_ != 0) writing_.operations.clear();
  open_.clear();
  open_.number = writing_.number + 1;
  collect_frames();
  swapped_.notify_all();
  const int64_t begin_ns = core_.env.clock.monotonic_ns();
  WEIR_TRY(write_group());
  group_nanoseconds_.record(
      static_cast<uint64_t>(std::max<int64_t>(0, core_.env.clock.monotonic_ns() - begin_ns)));
  group_commits_.record(writing_.commit_count);
  publish();
  return {};
}

void CommitPipeline::collect_frames() {
  slices_.clear();
  slice_streams_.clear();
  for (const StreamPtr& stream : writing_.dirty) {
    if (stream->dropped) continue;
    stream->take_slices(&slices_);
    slice_streams_.resize(slices_.size(), stream->id());
  }
  frames_.clear();
  for (size_t i = 0; i < slices_.size(); ++i)
    frames_.push_back(storage::frame_of(slice_streams_[i], slices_[i]));
  if (!writing_.operations.empty())
    frames_.push_back(storage::operations_frame(writing_.operations));
}

Status CommitPipeline::write_group() {
  core_.mutex.assert_held();
  const format::Position durable = core_.synced_end;
  MutexUnlock unlocked(core_.mutex);
  return writer_->write(frames_, writing_.commit_count, durable, &place_);
}

void CommitPipeline::publish() {
  core_.mutex.assert_held();
  const format::Position end = core_.log->end();
  written_bytes_ = end.offset - place_.offset + (place_.starts_file ? format::kBlockBytes : 0);
  core_.synced_end = end;
  remaining_bytes_ = core_.log->remaining_bytes();
  slots_taken_ = 0;
  core_.log_live_bytes += written_bytes_;
  place_.file->bytes = end.offset;
  core_.files.emplace(place_.file->id(), place_.file);
  ++core_.counted.group_count;
  synced_group_ = writing_.number;
  mark_needed_ = !writing_.empty();
  if (mark_needed_ && !flusher_armed_ && wake_flusher_) {
    flusher_armed_ = true;
    wake_flusher_();
  }
  last_sync_ns_ = core_.env.clock.monotonic_ns();
  size_t next = 0;
  for (const StreamPtr& stream : writing_.dirty) {
    for (; next < slices_.size() && slice_streams_[next] == stream->id(); ++next) {
      if (stream->dropped) continue;
      const storage::Slice& slice = slices_[next];
      storage::Extent extent;
      extent.first = slice.first;
      extent.last = slice.last;
      extent.offset = frames_[next].offset;
      extent.bytes = frames_[next].bytes();
      extent.records = slice.count;
      extent.file = place_.file.get();
      stream->add_extent(extent);
    }
  }
  slices_.clear();
  for (const StreamPtr& stream : writing_.ceilings) {
    if (stream->ceiling_group <= synced_group_) stream->ceiling_synced = stream->ceiling_logged;
  }
  for (const Death& death : writing_.deaths) death.stream->mark_dead(death.number, death.number);
  for (const Pending& pending : writing_.pending) {
    storage::Stream& stream = *pending.stream;
    stream.visible_next = std::max(stream.visible_next, pending.visible_next);
    stream.unpublished_dead -= pending.dead_count;
    const bool changed = pending.visible_next != 0 || pending.has_deaths;
    if (changed && stream.attachment) stream.attachment->on_change_locked();
  }
  writing_.clear();
}

int64_t CommitPipeline::flusher_step() {
  core_.mutex.assert_held();
  const int64_t next = flush_what_is_due();
  flusher_armed_ = next != env::kNever;
  return next;
}

int64_t CommitPipeline::flush_what_is_due() {
  core_.mutex.assert_held();
  if (!core_.failed.ok()) return env::kNever;
  const int64_t now = core_.env.clock.monotonic_ns();
  const int64_t interval_ns = core_.options.async_interval_ms * env::kNanosecondsPerMillisecond;
  if (leading_) return now + env::kNanosecondsPerMillisecond;
  if (!open_.empty()) {
    const int64_t due = open_.opened_at_ns + interval_ns;
    if (now < due && !open_is_full()) return due;
    if (!lead().ok()) return env::kNever;
    return core_.env.clock.monotonic_ns() + std::max(kMarkAfterNs, interval_ns);
  }
  if (!lazy_.empty() || mark_needed_) {
    const int64_t due = last_sync_ns_ + std::max(kMarkAfterNs, interval_ns);
    if (now < due) return due;
    // A quiet moment: space that was freed goes back now.
    const bool log_is_long = core_.log_live_bytes > core_.options.wal_bytes_max / 2;
    const bool space = core_.has_dead_files() || core_.wants_compaction();
    if (wake_checkpoint_ && (log_is_long || space)) wake_checkpoint_();
    // Neither is worth the last room in the log.
    if (!has_ack_room(group_bytes_max(kLazyBytesMax, 1))) return env::kNever;
    // An empty group is the sync mark: it witnesses that everything before it was synced.
    if (!lead().ok()) return env::kNever;
  }
  return env::kNever;
}

void CommitPipeline::fail(const Status& why) {
  core_.mutex.assert_held();
  if (core_.failed.ok()) {
    core_.failed =
        Status(Code::kFailed,
               text("the store has stopped: ", why.message(), "; close it and open it again"),
               why.os_error());
  }
  for (const auto& [id, stream] : core_.streams) {
    if (core_.durable && stream->kind() == storage::kStreamDurable) {
      stream->visible_next =
          std::min(stream->visible_next, std::max(stream->on_disk_next(), stream->floor()));
    }
    if (stream->attachment) stream->attachment->on_change_locked();
  }
  done_.notify_all();
  swapped_.notify_all();
  core_.pool->budget().notify_change();
}

}  // namespace weir::store
