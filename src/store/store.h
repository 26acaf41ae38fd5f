// Store: one directory (or memory), one lock, one log, one memory budget, one set of background tasks. Engines hang their
// objects onto streams and change them only through the commit pipeline, with the store's mutex held.
//
// Thread class: shared. Destruction is the orderly close; it needs the last reference to be gone.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/checkpoint.h"
#include "store/commit.h"
#include "store/core.h"
#include "store/pager.h"

namespace weir::store {

inline constexpr uint32_t kStreamCountMax = 65'536;

// What a commit needs before it can be sequenced.
struct Admission {
  struct Part {
    const StreamPtr* stream = nullptr;
    uint64_t record_count = 0;
  };
  std::span<const Part> parts;
  bool sync = false;
  int64_t deadline_ns = 0;
  uint64_t memory_bytes = 0;  // of records that have no chunk yet
  uint64_t log_bytes = 0;     // of all records
  uint64_t operation_bytes =
      0;  // for changes that must get through although the log is nearly full
  // Asked before each wait whether the caller still wants it.
  const Pager::Check* check = nullptr;
};

class Store {
 public:
  // kNotFound when there is none and options.create is false.
  static Result<std::shared_ptr<Store>> open(env::Env& env, std::string_view url,
                                             const Options& options);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  Status sync();
  Status checkpoint();
  // A copy of everything but memory streams in a new or empty directory; the bytes copied.
  Result<uint64_t> backup(const std::string& path);
  Statistics statistics();
  // In the Prometheus text format; costs the same whatever the store holds, but for the number of its streams.
  std::string metrics();

  // --- for engines ---
  Mutex& mutex() { return core_->mutex; }
  Core& core() { return *core_; }
  CommitPipeline& pipeline() { return *pipeline_; }
  Pager& pager() { return *pager_; }
  env::Clock& clock() { return core_->env.clock; }
  const Options& options() const { return core_->options; }
  bool durable() const { return core_->durable; }

  // What an engine keeps for the whole store: destroyed before the store closes. With the mutex held.
  std::shared_ptr<void>& engine_slot_locked(uint8_t engine) { return engine_slots_[engine]; }

  // All below with the mutex held; those that return Status may release it.
  Status check_writable_locked() const;
  bool has_failed_locked() const;
  // As env::Clock::wait.
  void wait_locked(CondVar& condition, int64_t deadline_ns);
  Durability resolve(Durability durability) const {
    return durability == Durability::kDefault ? core_->options.durability : durability;
  }
  StreamPtr find_stream_locked(uint8_t engine, std::string_view name) const;
  std::vector<StreamPtr> streams_of_locked(uint8_t engine) const;
  // Durable on return.
  Result<StreamPtr> create_stream_locked(uint8_t engine, uint8_t kind, std::string_view name);
  Status wait_created_locked(const StreamPtr& stream);
  Status drop_stream_locked(const StreamPtr& stream);
  // Ids given out before their sync must stay below a synced ceiling (invariant 8): makes sure of `count` more.
  Status reserve_ids_locked(const StreamPtr& stream, uint64_t count);
  // Memory, log space and ids for a commit. May release the mutex: the caller looks again at what it depends on. Any
  // refusal leaves everything as it was.
  Status admit_locked(const Admission& admission);
  // The level that a commit of `group` reaches; waits for it when `durability` is SYNC.
  Status finish_locked(uint64_t group, Durability durability, Level* out_level);

 private:
  Store(env::Env& env, const Options& options, bool durable)
      : core_(std::make_unique<Core>(env, options, durable)) {}
  void log_ceiling_locked(const StreamPtr& stream, uint64_t ceiling);
  Status open_directory(const std::string& path);
  void start_tasks();
  void stop_tasks();
  void close();

  std::unique_ptr<Core> core_;
  std::unique_ptr<CommitPipeline> pipeline_;
  std::unique_ptr<Pager> pager_;
  std::unique_ptr<Checkpointer> checkpointer_;
  std::unique_ptr<env::Task> flusher_;
  std::unique_ptr<env::Task> checkpoint_task_;
  bool checkpoint_at_start_ = false;
  const uint32_t broken_seen_ = broken_invariant_count();  // before this store was opened
  std::map<uint8_t, std::shared_ptr<void>> engine_slots_;  // guarded by the mutex
};

}  // namespace weir::store
