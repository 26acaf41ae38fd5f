// World: a store on a simulated machine, and the model beside it. Every operation goes to both; what the store answers
// is compared with what the model allows. The first contradiction is kept in problem(), and nothing goes on after it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/queue/queue.h"
#include "store/store.h"
#include "tests/sim/queue_model.h"
#include "tests/sim/sim_env.h"

namespace weir::sim {

inline constexpr const char* kStoreUrl = "file:/store";

struct InFlightMessage {
  Token token = 0;
  uint64_t id = 0;
  int64_t lease_until_ns = 0;  // 0: for ever
};

class World {
 public:
  World(uint64_t seed, const store::Options& options);
  ~World();

  // --- the plan; I/O points and calls are counted over all restarts of the machine ---
  void crash_at(uint64_t io_point);
  void fail_at(uint64_t nth_call, FaultKind kind, bool for_ever, uint32_t operations);
  uint64_t io_points() const { return io_before_ + env_->file_system().io_count(); }
  uint64_t fault_count() const;

  // --- the life of the store ---
  void open();
  void close();
  void reopen() { close(), open(); }
  // Forgets the process: power cut or kill, then the next one opens and must find what the model allows.
  void power_cut(uint64_t seed, LossMode mode);
  void process_kill();
  // After crash_at came true in the middle of something: the next boot, with no such plan.
  void boot_after_planned_crash(uint64_t seed, LossMode mode);
  void set_options(const store::Options& options) { options_ = options; }

  // --- operations: nothing happens when the store is not open ---
  void create(const std::string& queue, bool memory = false);
  void drop(const std::string& queue);
  void push(const std::string& queue, size_t bytes, store::Durability durability);
  void push_many(const std::string& queue, size_t count, size_t bytes,
                 store::Durability durability);
  // The sequences (first, first + 1, …) that the queue does not know yet are added, the others must be duplicates.
  void push_as(uint64_t producer, uint64_t first, size_t count, const std::string& queue,
               size_t bytes, store::Durability durability);
  void pop(const std::string& queue, size_t count, int64_t lease_ms = 0);
  void pop_and_ack(const std::string& queue, size_t count, store::Durability durability);
  // The oldest in flight, or the newest.
  void ack(const std::string& queue, size_t count, store::Durability durability,
           bool newest = false);
  void nack(const std::string& queue, int64_t delay_ms = 0, bool newest = false);
  void purge(const std::string& queue);
  struct BatchPush {
    std::string queue;
    size_t bytes;
  };
  // Acks the oldest in flight of each of `acks`.
  void batch(const std::vector<BatchPush>& pushes, const std::vector<std::string>& acks,
             store::Durability durability);
  void sync();
  void checkpoint();
  void run_ms(int64_t duration_ms);  // background tasks and time
  void jump_clock(int64_t by_ms);

  // --- checks ---
  // Everything that is there, popped and compared byte by byte (or peeked: then it stays ready).
  std::optional<Content> read_everything(bool pop);
  // Compares with the model after an end of the process.
  void check_restart(Ending ending, bool pop);
  void check_counts();

  bool is_open() const { return store_ != nullptr; }
  bool stopped() const;  // the store has failed
  const std::string& problem() const { return problem_; }
  void set_problem(std::string problem);
  const Violations& violations() const { return violations_; }
  uint64_t deliveries() const { return deliveries_; }
  uint64_t opens() const { return opens_; }
  QueueModel& model() { return model_; }
  SimEnv& env() { return *env_; }
  store::Store& store() { return *store_; }
  queue::Handle* handle(const std::string& queue);
  Ending ending() const { return ending_; }
  size_t in_flight(const std::string& queue) const;
  const Status& last_status() const { return last_status_; }

  // A world that continues here on another machine, with a copy of the model.
  std::unique_ptr<World> continued(std::unique_ptr<SimFileSystem> files, uint64_t seed) const;

 private:
  bool ready() const { return store_ != nullptr && problem_.empty(); }
  // Judges an operation's status; true: it succeeded.
  bool judge(const Status& status, const char* what);
  void finish(const Status& status, Commit commit, bool sync, store::Level level, const char* what);
  void leave_process();
  void boot(std::unique_ptr<SimFileSystem> files);
  // Its token, 0 after a contradiction. `taken`: popped, not peeked.
  Token check_delivered(const queue::Message& message, const std::string& queue, bool taken,
                        uint64_t* last_id);
  std::vector<Token> expected_ready(const std::string& queue);
  bool read_queue(const std::string& queue, bool pop, QueueContent* content);
  void read_producers(const std::string& queue, queue::Handle& handle, QueueContent* content);
  void expire();

  const uint64_t seed_;
  store::Options options_;
  std::unique_ptr<SimEnv> env_;
  uint64_t io_before_ = 0;
  uint64_t crash_point_ = 0;
  uint64_t faults_before_ = 0;
  uint64_t boots_ = 0;
  bool disk_fails_for_ever_ = false;
  Ending ending_ = Ending::kClean;

  std::shared_ptr<store::Store> store_;
  std::map<std::string, std::unique_ptr<queue::Handle>> handles_;
  std::map<std::string, std::vector<InFlightMessage>> in_flight_;
  std::map<Token, int64_t> delayed_;  // due, monotonic
  int64_t jumped_ms_ =
      0;  // delays are kept by the wall clock over a restart: they end when this is over
  QueueModel model_;
  std::map<std::string, std::set<uint64_t>> producers_;  // ever used
  std::string problem_;
  Status last_status_;
  Violations violations_;
  uint64_t deliveries_ = 0;
  uint64_t opens_ = 0;
};

}  // namespace weir::sim
