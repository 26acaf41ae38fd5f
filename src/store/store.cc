#include "store/store.h"

#include <algorithm>

#include "base/assert.h"
#include "base/seeded_bug.h"
#include "store/backup.h"
#include "store/recovery.h"

namespace weir::store {

namespace {

// A ceiling is raised in steps: a crash skips at most one step of ids.
constexpr uint64_t kCeilingStep = 1u << 16;
constexpr uint64_t kDropBytes = 64;
constexpr uint64_t kCreateBytes = 512;

}  // namespace

// --- opening and closing ---

Result<std::shared_ptr<Store>> Store::open(env::Env& env, std::string_view url,
                                           const Options& options) {
  WEIR_TRY(check_options(options));
  WEIR_ASSIGN(const Url parsed, parse_url(url));
  const bool durable = parsed.scheme == Url::Scheme::kFile;
  std::shared_ptr<Store> store(new Store(env, options, durable));
  if (durable) WEIR_TRY(store->open_directory(parsed.path));
  store->pipeline_ = std::make_unique<CommitPipeline>(*store->core_);
  store->pager_ = std::make_unique<Pager>(*store->core_, *store->pipeline_);
  store->checkpointer_ = std::make_unique<Checkpointer>(*store->core_, *store->pipeline_);
  if (durable && !options.read_only) store->start_tasks();
  return store;
}

Status Store::open_directory(const std::string& path) {
  Core& core = *core_;
  const bool writable = !core.options.read_only;
  WEIR_ASSIGN(core.directory, core.env.file_system.open_directory(
                                  path, writable && core.options.create, !writable));
  WEIR_ASSIGN(const std::vector<std::string> names, core.directory->list());
  WEIR_TRY(Recovery::check_foreign(*core.directory, names));
  WEIR_ASSIGN(core.lock, core.directory->lock(storage::kLockName, writable));
  Recovery recovery(core);
  WEIR_TRY(recovery.open());
  checkpoint_at_start_ = recovery.used_new_file();
  return {};
}

void Store::start_tasks() {
  env::Executor& executor = core_->env.executor;
  flusher_ = executor.start("weir-flush", [this] {
    MutexLock lock(core_->mutex);
    return pipeline_->flusher_step();
  });
  checkpoint_task_ = executor.start("weir-checkpoint", [this] { return checkpointer_->step(); });
  MutexLock lock(core_->mutex);
  if (flusher_) pipeline_->set_flusher_wake([this] { flusher_->wake(); });
  if (checkpoint_task_) {
    pager_->set_checkpoint_wake([this] { checkpoint_task_->wake(); });
    pipeline_->set_checkpoint_wake([this] {
      checkpointer_->request();
      checkpoint_task_->wake();
    });
  }
  if (checkpoint_at_start_ && checkpoint_task_) {
    checkpointer_->request();
    checkpoint_task_->wake();
  }
}

void Store::stop_tasks() {
  {
    MutexLock lock(core_->mutex);
    pipeline_->set_flusher_wake(nullptr);
    pager_->set_checkpoint_wake(nullptr);
    pipeline_->set_checkpoint_wake(nullptr);
  }
  checkpoint_task_.reset();
  flusher_.reset();
}

Store::~Store() {
  engine_slots_.clear();                 // without the mutex: tasks of engines end here
  if (checkpointer_ == nullptr) return;  // never opened
  try {
    close();
  } catch (const std::exception&) {
    // Out of memory at the very end: the store is left as after a crash, which loses nothing confirmed.
  }
}

void Store::close() {
  if (!core_->durable || core_->options.read_only) return;
  stop_tasks();
  Status status;
  bool saves_memory = false;
  {
    MutexLock lock(core_->mutex);
    status = pipeline_->flush();
    for (const auto& [id, stream] : core_->streams) {
      if (stream->attachment) stream->attachment->before_group_locked();
      if (stream->recovered_unclean && stream->floor() < stream->recovered_next) {
        uint8_t value[8];
        store_little(value, stream->recovered_next);
        pipeline_->set_fact(stream, kUncertainFact, as_text(value));
      }
      // Closed in order: the next id is known exactly, and none is skipped.
      if (stream->ceiling_logged != 0) log_ceiling_locked(stream, stream->next_number());
      // Also when it is empty: what an earlier close saved must not come back.
      saves_memory = saves_memory || stream->kind() == storage::kStreamMemory;
    }
    pipeline_->end_commit(false);
  }
  if (!status.ok()) return;
  if (saves_memory) {
    (void)checkpointer_->run(true).ok();
    return;
  }
  (void)checkpointer_->mark_clean().ok();
}

Status Store::sync() {
  MutexLock lock(core_->mutex);
  if (!core_->durable || core_->options.read_only) return {};
  return pipeline_->flush();
}

Status Store::checkpoint() {
  {
    MutexLock lock(core_->mutex);
    WEIR_TRY(check_writable_locked());
  }
  return core_->durable ? checkpointer_->run(false) : Status();
}

Result<uint64_t> Store::backup(const std::string& path) {
  if (!core_->durable)
    return Status(Code::kInvalidArgument, "a store in memory has no files to back up");
  {
    MutexLock lock(core_->mutex);
    WEIR_TRY(check_writable_locked());
  }
  return Backup(*core_, *checkpointer_).run(path);
}

Statistics Store::statistics() {
  MutexLock lock(core_->mutex);
  Statistics all = core_->counted;
  all.stream_count = core_->streams.size();
  for (const auto& [id, stream] : core_->streams)
    all.record_count += stream->live_count() + stream->unpublished_dead;
  const storage::MemoryBudget& budget = core_->pool->budget();
  all.memory_bytes_used = budget.used();
  all.memory_bytes_max = budget.bytes_max();
  all.memory_bytes_peak = budget.peak();
  all.wal_bytes = core_->log ? core_->log->capacity_bytes() : 0;
  for (const auto& [id, file] : core_->files) {
    if (file->kind() == format::FileKind::kLog) continue;
    all.disk_bytes += file->bytes;
    if (file->kind() == format::FileKind::kSegment) ++all.segment_count;
  }
  all.disk_bytes += all.wal_bytes;
  if (core_->durable)
    all.disk_bytes += 2 * format::kManifestSlotBytes + core_->manifest.state_bytes;
  all.sync_count = core_->io.sync_count;
  all.write_bytes = core_->io.write_bytes;
  if (core_->durable) {
    all.async_loss_records_max = 2ull * core_->options.async_records_max;
    all.async_loss_bytes_max =
        2 * (core_->options.async_bytes_max + core_->options.record_bytes_max);
  }
  return all;
}

// --- for engines ---

Status Store::check_writable_locked() const {
  core_->mutex.assert_held();
  if (core_->options.read_only) return {Code::kReadOnly, "the store was opened read only"};
  if (broken_invariant_count() != broken_seen_ && core_->failed.ok())
    pipeline_->fail(Status(Code::kInternal, "an invariant broke in this process"));
  return core_->failed;
}

bool Store::has_failed_locked() const {
  core_->mutex.assert_held();
  return !core_->failed.ok();
}

void Store::wait_locked(CondVar& condition, int64_t deadline_ns) {
  core_->mutex.assert_held();
  core_->env.clock.wait(condition, core_->mutex, deadline_ns);
}

StreamPtr Store::find_stream_locked(uint8_t engine, std::string_view name) const {
  core_->mutex.assert_held();
  const auto found = core_->names.find(std::pair<uint8_t, std::string>(engine, name));
  return found == core_->names.end() ? nullptr : found->second;
}

std::vector<StreamPtr> Store::streams_of_locked(uint8_t engine) const {
  core_->mutex.assert_held();
  std::vector<StreamPtr> found;
  for (const auto& [id, stream] : core_->streams) {
    if (stream->engine() == engine) found.push_back(stream);
  }
  return found;
}

Result<StreamPtr> Store::create_stream_locked(uint8_t engine, uint8_t kind, std::string_view name) {
  core_->mutex.assert_held();
  WEIR_TRY(check_writable_locked());
  if (core_->streams.size() >= kStreamCountMax) {
    return Status(Code::kLimit, text("the store has ", uint64_t{core_->streams.size()},
                                     " streams, the most it can have"));
  }
  if (core_->durable) {
    WEIR_TRY(pager_->make_room(0, kCreateBytes, 0));
    const StreamPtr existing =
        find_stream_locked(engine, name);  // the mutex may have been released
    if (existing) return existing;
  }
  const uint32_t id = core_->next_stream_id;
  auto stream = std::make_shared<storage::Stream>(
      id, engine, core_->durable ? kind : storage::kStreamMemory, std::string(name));
  ++core_->next_stream_id;
  core_->streams[id] = stream;
  core_->names[{engine, std::string(name)}] = stream;
  format::Operation operation;
  operation.kind = format::OperationKind::kCreate;
  operation.stream_id = id;
  operation.engine = engine;
  operation.stream_kind = stream->kind();
  operation.key = name;
  pipeline_->add_operation(stream, operation);
  stream->created_group = pipeline_->end_commit(true);
  WEIR_TRY(pipeline_->wait(stream->created_group));
  return stream;
}

Status Store::wait_created_locked(const StreamPtr& stream) {
  core_->mutex.assert_held();
  return core_->options.read_only ? Status() : pipeline_->wait(stream->created_group);
}

Status Store::drop_stream_locked(const StreamPtr& stream) {
  core_->mutex.assert_held();
  WEIR_TRY(check_writable_locked());
  WEIR_TRY(pipeline_->ensure_ack_room(kDropBytes));
  if (stream->dropped) return Code::kNotFound;
  format::Operation operation;
  operation.kind = format::OperationKind::kDrop;
  operation.stream_id = stream->id();
  pipeline_->add_operation(stream, operation);
  const uint64_t group = pipeline_->end_commit(true);
  stream->dropped = true;
  stream->visible_next = 1;
  if (stream->attachment) {
    pipeline_->forget_lazy(stream->attachment.get());
    stream->attachment->on_change_locked();
  }
  stream->forget_all();
  core_->streams.erase(stream->id());
  core_->names.erase({stream->engine(), stream->name()});
  core_->pool->budget().notify_change();
  return pipeline_->wait(group);
}

Status Store::reserve_ids_locked(const StreamPtr& stream, uint64_t count) {
  core_->mutex.assert_held();
  if (!core_->durable || WEIR_SEEDED_BUG(id_reuse)) return {};
  while (true) {
    const uint64_t needed = stream->next_number() + count;
    if (needed <= stream->ceiling_synced) {
      // Ahead of need, so that nobody waits: the next group carries it.
      if (needed + kCeilingStep / 2 > stream->ceiling_logged)
        log_ceiling_locked(stream, needed + kCeilingStep);
      return {};
    }
    if (needed > stream->ceiling_logged) log_ceiling_locked(stream, needed + kCeilingStep);
    WEIR_TRY(pipeline_->wait(stream->ceiling_group));
    if (stream->dropped) return {Code::kClosed, text(quoted(stream->name()), " was dropped")};
  }
}

Status Store::admit_locked(const Admission& admission) {
  core_->mutex.assert_held();
  bool logs = false;
  for (const Admission::Part& part : admission.parts)
    logs = logs || (core_->durable && (*part.stream)->kind() == storage::kStreamDurable);
  const Pager::Check nothing;
  const Pager::Check& check = admission.check != nullptr ? *admission.check : nothing;
  // Each step may release the mutex, and a group may be closed meanwhile: then what was made sure of may be gone.
  for (uint64_t group = 0; group != pipeline_->open_group();) {
    group = pipeline_->open_group();
    if (check) WEIR_TRY(check());
    WEIR_TRY(check_writable_locked());
    if (logs && admission.operation_bytes != 0)
      WEIR_TRY(pipeline_->ensure_ack_room(admission.operation_bytes));
    WEIR_TRY(pager_->make_room(admission.memory_bytes, logs ? admission.log_bytes : 0,
                               admission.deadline_ns, check));
    if (!admission.sync && logs) WEIR_TRY(pipeline_->wait_async_room());
    for (const Admission::Part& part : admission.parts) {
      const StreamPtr& stream = *part.stream;
      const bool confirmed_first =
          admission.sync && logs && stream->kind() == storage::kStreamDurable;
      if (part.record_count != 0 && !confirmed_first)
        WEIR_TRY(reserve_ids_locked(stream, part.record_count));
    }
  }
  return {};
}

void Store::log_ceiling_locked(const StreamPtr& stream, uint64_t ceiling) {
  core_->mutex.assert_held();
  format::Operation operation;
  operation.kind = format::OperationKind::kCeiling;
  operation.stream_id = stream->id();
  operation.first = ceiling;
  pipeline_->add_operation(stream, operation);
  pipeline_->end_commit(false);
}

Status Store::finish_locked(uint64_t group, Durability durability, Level* out_level) {
  core_->mutex.assert_held();
  *out_level = Level::kMemory;
  if (group == 0 || durability != Durability::kSync) return {};
  WEIR_TRY(pipeline_->wait(group));
  *out_level = Level::kSync;
  return {};
}

}  // namespace weir::store
