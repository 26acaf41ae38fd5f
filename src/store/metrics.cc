// What a store and its engines tell a monitor.
#include "base/metrics.h"

#include "store/store.h"

namespace weir::store {

namespace {

constexpr std::string_view kEngineNames[] = {"none", "queue", "log", "collection", "buffer"};
constexpr double kNanosecondsPerSecond = 1e9;

std::string engine_label(uint8_t engine) {
  const std::string_view name = engine < std::size(kEngineNames) ? kEngineNames[engine] : "other";
  return "engine=\"" + std::string(name) + "\"";
}

double as_value(uint64_t value) { return static_cast<double>(value); }

void add_statistics(const Statistics& from, Metrics& to) {
  to.gauge("weir_memory_used_bytes", "Memory in use, of the budget.",
           as_value(from.memory_bytes_used));
  to.gauge("weir_memory_limit_bytes", "The memory budget.", as_value(from.memory_bytes_max));
  to.gauge("weir_memory_peak_bytes", "The most memory used so far.",
           as_value(from.memory_bytes_peak));
  to.counter("weir_page_out_bytes_total", "Bytes dropped from memory that can be read back.",
             as_value(from.page_out_bytes));
  to.counter("weir_page_in_bytes_total", "Bytes read back into memory.",
             as_value(from.page_in_bytes));
  to.gauge("weir_disk_bytes", "All files of the store.", as_value(from.disk_bytes));
  to.gauge("weir_wal_bytes", "The write-ahead log on disk.", as_value(from.wal_bytes));
  to.gauge("weir_segments", "Segment files.", as_value(from.segment_count));
  to.counter("weir_sync_total", "fdatasync and fsync calls.", as_value(from.sync_count));
  to.counter("weir_written_bytes_total", "Bytes handed to write calls.",
             as_value(from.write_bytes));
  to.counter("weir_commits_total", "Commits that went to the log.", as_value(from.commit_count));
  to.counter("weir_checkpoints_total", "Checkpoints.", as_value(from.checkpoint_count));
  to.gauge("weir_recovered_torn_bytes", "Unconfirmed bytes cut from the log at open.",
           as_value(from.recovered_torn_bytes));
}

}  // namespace

std::string Store::metrics() {
  Metrics metrics;
  add_statistics(statistics(), metrics);
  MutexLock lock(core_->mutex);
  const storage::MemoryBudget& budget = core_->pool->budget();
  metrics.gauge("weir_memory_pinned_bytes", "Memory held by what was not freed yet.",
                as_value(budget.pinned()));
  metrics.gauge("weir_memory_paging", "1 while memory is above nine tenths of the budget.",
                budget.used() > budget.high_mark() ? 1 : 0);
  metrics.gauge("weir_failed", "1 once the store has stopped.", core_->failed.ok() ? 0 : 1);
  double live_bytes = 0;
  for (const auto& [id, file] : core_->files) {
    if (file->kind() == format::FileKind::kSegment) live_bytes += as_value(file->live_bytes);
  }
  metrics.gauge("weir_segment_live_bytes", "Bytes of segments that can still be read.", live_bytes);
  metrics.histogram("weir_group_write_seconds", "Writing and syncing one commit group.",
                    pipeline_->group_nanoseconds(), kNanosecondsPerSecond, 13, 34);
  metrics.histogram("weir_group_commits", "Commits that shared one sync.",
                    pipeline_->group_commits(), 1, 0, 16);
  for (const auto& [id, stream] : core_->streams) {
    const std::string label = engine_label(stream->engine());
    metrics.gauge("weir_objects", "Queues, logs and so on.", 1, label);
    metrics.gauge("weir_records", "Records that are live.",
                  as_value(stream->live_count() + stream->unpublished_dead), label);
    metrics.gauge("weir_object_memory_bytes", "Records in memory.",
                  as_value(stream->memory_bytes()), label);
    metrics.gauge("weir_object_disk_bytes", "Records on disk.", as_value(stream->disk_bytes()),
                  label);
    if (stream->attachment) stream->attachment->add_metrics_locked(metrics);
  }
  return metrics.text();
}

}  // namespace weir::store
