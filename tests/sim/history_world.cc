#include "tests/sim/history_world.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace weir::sim {

namespace {

constexpr int64_t kLongerThanAnyDelayMs = 3'600'000;

// WEIR_TRACE=1: what a history does, for whoever looks for the reason of a failure.
template <typename... Parts>
void trace(const Parts&... parts) {
  static const bool kWanted = std::getenv("WEIR_TRACE") != nullptr;
  if (kWanted) std::fprintf(stderr, "%s\n", text(parts...).c_str());
}

}  // namespace

World::World(uint64_t seed, const store::Options& options)
    : seed_(seed), options_(options), env_(std::make_unique<SimEnv>(seed)) {}

World::~World() { leave_process(); }

// --- the plan ---

void World::crash_at(uint64_t io_point) {
  crash_point_ = io_point;
  env_->file_system().crash_at(io_point > io_before_ ? io_point - io_before_ : 0);
}

void World::fail_at(uint64_t nth_call, FaultKind kind, bool for_ever, uint32_t operations) {
  faults_before_ += env_->file_system().fault_count();
  disk_fails_for_ever_ = for_ever;
  env_->file_system().fail_at(nth_call, kind, for_ever, operations);
}

uint64_t World::fault_count() const { return faults_before_ + env_->file_system().fault_count(); }

void World::set_problem(std::string problem) {
  if (problem_.empty()) problem_ = std::move(problem);
}

// --- the life of the store ---

void World::open() {
  if (store_ != nullptr || !problem_.empty()) return;
  ++opens_;
  trace("open");
  Result<std::shared_ptr<store::Store>> opened =
      store::Store::open(env_->env(), kStoreUrl, options_);
  if (!judge(opened.status(), "open")) {
    if (ending_ == Ending::kClean) ending_ = Ending::kCrashWhileClosing;
    return;
  }
  store_ = opened.take();
  const Ending ending = std::exchange(ending_, Ending::kClean);
  check_restart(ending, false);
}

// Without the orderly close: the machine is off, or is made so.
void World::leave_process() {
  env_->file_system().crash_now();
  handles_.clear();
  store_.reset();
  in_flight_.clear();
}

void World::close() {
  if (store_ == nullptr) return;
  trace("close\n", env_->file_system().trace());
  ending_ = Ending::kCrashWhileClosing;
  handles_.clear();
  in_flight_.clear();
  const bool was_stopped = stopped();
  store_.reset();
  const bool disturbed = was_stopped || env_->file_system().crashed() || fault_count() != 0;
  if (!disturbed) {
    model_.confirm_all();
    ending_ = Ending::kClean;
  }
}

void World::boot(std::unique_ptr<SimFileSystem> files) {
  const int64_t monotonic = env_->clock().monotonic_ns();
  const int64_t wall = env_->clock().wall_ns();
  trace("--- boot\n", env_->file_system().trace());
  io_before_ += env_->file_system().io_count();
  faults_before_ += env_->file_system().fault_count();
  leave_process();
  env_ = std::make_unique<SimEnv>(std::move(files), mix(seed_, ++boots_));
  env_->clock().advance_to_ns(monotonic + kLongerThanAnyDelayMs * env::kNanosecondsPerMillisecond);
  env_->clock().jump_wall_ns(wall - env_->clock().wall_ns() +
                             kLongerThanAnyDelayMs * env::kNanosecondsPerMillisecond);
  delayed_.clear();
  if (crash_point_ > io_before_) env_->file_system().crash_at(crash_point_ - io_before_);
  if (ending_ == Ending::kClean) ending_ = Ending::kCrash;
}

void World::power_cut(uint64_t seed, LossMode mode) {
  // Not after the planned crash: that one is looked at by whoever planned it.
  if (!problem_.empty() || env_->file_system().crashed()) return;
  if (store_ == nullptr && ending_ == Ending::kClean) ending_ = Ending::kCrashWhileClosing;
  boot(env_->file_system().after_power_cut(seed, mode));
}

void World::process_kill() {
  if (!problem_.empty() || env_->file_system().crashed()) return;
  if (store_ == nullptr && ending_ == Ending::kClean) ending_ = Ending::kCrashWhileClosing;
  // A disk on which nothing works any more, directories included, works again after a restart of the machine only.
  const bool dead = disk_fails_for_ever_ && env_->file_system().fault_count() != 0;
  boot(dead ? env_->file_system().after_power_cut(boots_, LossMode::kRandom)
            : env_->file_system().after_process_kill());
}

void World::boot_after_planned_crash(uint64_t seed, LossMode mode) {
  if (!problem_.empty() || !env_->file_system().crashed()) return;
  crash_point_ = 0;
  if (store_ == nullptr && ending_ == Ending::kClean) ending_ = Ending::kCrashWhileClosing;
  boot(env_->file_system().after_power_cut(seed, mode));
  // What was disturbed is over: from here on every call must succeed again.
  faults_before_ = 0;
}

std::unique_ptr<World> World::continued(std::unique_ptr<SimFileSystem> files, uint64_t seed) const {
  auto next = std::make_unique<World>(seed, options_);
  const int64_t hour = kLongerThanAnyDelayMs * env::kNanosecondsPerMillisecond;
  next->env_ = std::make_unique<SimEnv>(std::move(files), seed);
  next->env_->clock().advance_to_ns(env_->clock().monotonic_ns() + hour);
  next->env_->clock().jump_wall_ns(env_->clock().wall_ns() + hour - next->env_->clock().wall_ns());
  next->model_ = model_;
  next->producers_ = producers_;
  // A store that was closed in order stays so; one that is open, or was being closed, does not.
  next->ending_ = store_ == nullptr ? ending_ : Ending::kCrash;
  trace("--- continued\n", env_->file_system().trace());
  return next;
}

bool World::stopped() const {
  if (store_ == nullptr) return false;
  MutexLock lock(store_->mutex());
  return !store_->check_writable_locked().ok();
}

bool World::judge(const Status& status, const char* what) {
  last_status_ = status;
  trace("  ", what, ": ", status.to_string());
  if (status.ok()) return true;
  const bool disturbed = env_->file_system().crashed() || fault_count() != 0;
  const Code code = status.code();
  const bool fits = code == Code::kIo || code == Code::kNoSpace || code == Code::kReadOnly ||
                    code == Code::kFailed || code == Code::kLimit;
  if (!disturbed || !fits) set_problem(text(what, ": unexpected ", status.to_string()));
  return false;
}

void World::finish(const Status& status, Commit commit, bool sync, store::Level level,
                   const char* what) {
  if (!judge(status, what)) {
    model_.commit_failed(std::move(commit));
    return;
  }
  if ((level == store::Level::kSync) && !sync)
    set_problem(text(what, ": a level nobody asked for"));
  model_.commit(std::move(commit), level == store::Level::kSync);
}

queue::Handle* World::handle(const std::string& queue) {
  if (!ready() || !model_.content().contains(queue)) return nullptr;
  std::unique_ptr<queue::Handle>& handle = handles_[queue];
  if (handle) return handle.get();
  queue::OpenOptions options;
  options.create = false;
  options.existing_kind = true;
  Result<std::unique_ptr<queue::Handle>> opened = queue::Handle::open(store_, queue, options);
  if (!opened.ok()) {
    if (opened.status().code() == Code::kNotFound && !stopped()) {
      set_problem(text("queue ", queue, " is not there"));
    } else if (opened.status().code() != Code::kNotFound) {
      judge(opened.status(), "open queue");
    }
    return nullptr;
  }
  handle = opened.take();
  return handle.get();
}

// --- operations ---

void World::create(const std::string& queue, bool memory) {
  if (!ready() || model_.content().contains(queue)) return;
  queue::OpenOptions options;
  options.kind = memory ? queue::Kind::kMemory : queue::Kind::kDurable;
  Commit commit{{{Effect::Kind::kCreate, queue, 0, memory, 0, 0}}};
  Result<std::unique_ptr<queue::Handle>> opened = queue::Handle::open(store_, queue, options);
  if (judge(opened.status(), "create")) {
    model_.commit(std::move(commit), true);
    handles_[queue] = opened.take();
  } else {
    model_.commit_failed(std::move(commit));
  }
}

void World::drop(const std::string& queue) {
  if (!ready() || stopped() || !model_.content().contains(queue)) return;
  Commit commit{{{Effect::Kind::kDrop, queue, 0, false, 0, 0}}};
  const Status status = queue::drop(*store_, queue);
  finish(status, std::move(commit), true, store::Level::kSync, "drop");
  handles_.erase(queue);
  in_flight_.erase(queue);
}

void World::push(const std::string& queue, size_t bytes, store::Durability durability) {
  push_as(0, 0, 1, queue, bytes, durability);
}

void World::push_many(const std::string& queue, size_t count, size_t bytes,
                      store::Durability durability) {
  push_as(0, 0, count, queue, bytes, durability);
}

void World::push_as(uint64_t producer, uint64_t first, size_t count, const std::string& queue,
                    size_t bytes, store::Durability durability) {
  queue::Handle* const target = handle(queue);
  if (target == nullptr) return;
  const QueueContent& known = model_.content().at(queue);
  const auto last = known.producers.find(producer);
  const uint64_t old =
      last == known.producers.end() || last->second < first ? 0 : last->second - first + 1;
  Commit commit;
  std::vector<uint8_t> data;
  std::vector<uint32_t> sizes;
  std::string content_type;
  for (size_t i = 0; i < count; ++i) {
    const Token token = model_.new_message(queue, bytes);
    const std::vector<uint8_t> payload = model_.payload_of(token);
    data.insert(data.end(), payload.begin(), payload.end());
    sizes.push_back(static_cast<uint32_t>(payload.size()));
    if (i >= old) {
      commit.effects.push_back(
          {Effect::Kind::kPush, queue, token, false, producer, producer == 0 ? 0 : first + i});
    }
    if (count == 1 && token % 3 == 0) model_.set_typed(token);
    content_type = model_.content_type_of(token);
  }
  if (producer != 0) producers_[queue].insert(producer);
  queue::PushOptions options;
  options.durability = durability;
  options.producer_id = producer;
  options.producer_sequence = first;
  queue::PushResult result;
  Status status;
  if (count == 1) {
    options.content_type = content_type;
    status = target->push(data, options, &result);
  } else {
    status = target->push_many(data, sizes, options, &result);
  }
  if (commit.effects.empty() && count != 0) {
    if (status.code() != Code::kDuplicate)
      judge(status.ok() ? Status(Code::kInternal) : status, "duplicate push");
    return;
  }
  if (status.ok()) {
    for (size_t i = 0; i < commit.effects.size(); ++i) {
      if (!model_.note_id(commit.effects[i].token, result.id + i))
        set_problem(text("push: id ", result.id + i, " was given out before"));
    }
  }
  finish(status, std::move(commit), durability == store::Durability::kSync, result.level, "push");
}

void World::pop(const std::string& queue, size_t count, int64_t lease_ms) {
  queue::Handle* const source = handle(queue);
  if (source == nullptr) return;
  const std::vector<Token> ready_now = expected_ready(queue);
  queue::PopOptions options;
  options.lease_ms = lease_ms;
  trace("pop ", queue, " ", uint64_t{count}, " lease ", lease_ms);
  options.bytes_max = UINT64_MAX;
  size_t done = 0;
  uint64_t last_id = 0;
  while (done < count && ready()) {
    queue::Messages messages;
    const Status status = source->pop(count - done, options, &messages);
    if (status.code() == Code::kEmpty) break;
    if (!judge(status, "pop")) return;
    for (size_t i = 0; i < messages.count(); ++i, ++done) {
      const Token token = check_delivered(messages.at(i), queue, true, &last_id);
      if (token == 0) return;
      if (done >= ready_now.size() || ready_now[done] != token)
        return set_problem(text("pop of ", queue, ": message ", token, " came instead of ",
                                done < ready_now.size() ? ready_now[done] : Token{0}));
      const int64_t until =
          lease_ms == 0 ? 0
                        : env_->clock().monotonic_ns() + lease_ms * env::kNanosecondsPerMillisecond;
      in_flight_[queue].push_back({token, messages.at(i).id, until});
    }
  }
  if (done < std::min(count, ready_now.size()))
    set_problem(text("pop of ", queue, ": ", done, " messages instead of ", ready_now.size()));
}

void World::pop_and_ack(const std::string& queue, size_t count, store::Durability durability) {
  queue::Handle* const source = handle(queue);
  if (source == nullptr) return;
  const std::vector<Token> ready_now = expected_ready(queue);
  queue::PopOptions options;
  options.acknowledge = true;
  trace("pop and ack ", queue, " ", uint64_t{count});
  options.durability = durability;
  options.bytes_max = UINT64_MAX;
  queue::Messages messages;
  const Status status = source->pop(count, options, &messages);
  if (status.code() == Code::kEmpty) {
    if (!ready_now.empty()) set_problem(text("pop of ", queue, ": nothing came"));
    return;
  }
  const bool sync = durability == store::Durability::kSync;
  Commit commit;
  uint64_t last_id = 0;
  for (size_t i = 0; i < messages.count(); ++i) {
    const Token token = check_delivered(messages.at(i), queue, true, &last_id);
    if (token == 0) return;
    if (i >= ready_now.size() || ready_now[i] != token)
      return set_problem(text("pop of ", queue, ": message ", token, " out of order"));
    commit.effects.push_back({Effect::Kind::kRemove, queue, token, false, 0, 0});
  }
  if (!status.ok()) {
    // How many it had taken is not known.
    Commit all;
    for (size_t i = 0; i < std::min(count, ready_now.size()); ++i) {
      all.effects.push_back({Effect::Kind::kRemove, queue, ready_now[i], false, 0, 0});
      model_.commit_failed(all);
      ++model_.lost_deliveries(ready_now[i]);
    }
    judge(status, "pop with acknowledgement");
    return;
  }
  const bool durable = !model_.content().at(queue).memory;
  finish(status, std::move(commit), sync,
         sync && durable ? store::Level::kSync : store::Level::kMemory, "pop with acknowledgement");
}

void World::ack(const std::string& queue, size_t count, store::Durability durability, bool newest) {
  expire();
  std::vector<InFlightMessage>& flight = in_flight_[queue];
  queue::Handle* const target = handle(queue);
  count = std::min(count, flight.size());
  if (target == nullptr || count == 0) return;
  const auto begin = newest ? flight.end() - static_cast<std::ptrdiff_t>(count) : flight.begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(count);
  Commit commit;
  std::vector<uint64_t> ids;
  for (auto at = begin; at != end; ++at) {
    ids.push_back(at->id);
    commit.effects.push_back({Effect::Kind::kRemove, queue, at->token, false, 0, 0});
  }
  flight.erase(begin, end);
  uint64_t acked = 0;
  store::Level level = store::Level::kMemory;
  const Status status = target->ack(ids, durability, &acked, &level);
  if (status.ok() && acked != ids.size())
    set_problem(text("ack of ", queue, ": ", acked, " of ", uint64_t{ids.size()}));
  finish(status, std::move(commit), durability == store::Durability::kSync, level, "ack");
}

void World::nack(const std::string& queue, int64_t delay_ms, bool newest) {
  expire();
  std::vector<InFlightMessage>& flight = in_flight_[queue];
  queue::Handle* const target = handle(queue);
  if (target == nullptr || flight.empty()) return;
  const InFlightMessage message = newest ? flight.back() : flight.front();
  trace("nack ", message.token, " delay ", delay_ms);
  if (!judge(target->nack(message.id, delay_ms), "nack")) return;
  std::erase_if(flight, [&](const InFlightMessage& one) { return one.id == message.id; });
  if (delay_ms > 0)
    delayed_[message.token] =
        env_->clock().monotonic_ns() + delay_ms * env::kNanosecondsPerMillisecond;
}

void World::purge(const std::string& queue) {
  queue::Handle* const target = handle(queue);
  if (target == nullptr) return;
  expire();
  Commit commit;
  for (const Token token : model_.content().at(queue).live) {
    const auto& flight = in_flight_[queue];
    const bool busy = std::any_of(flight.begin(), flight.end(),
                                  [&](const auto& one) { return one.token == token; });
    if (!busy) commit.effects.push_back({Effect::Kind::kRemove, queue, token, false, 0, 0});
  }
  for (const Effect& effect : commit.effects) delayed_.erase(effect.token);
  uint64_t count = 0;
  const Status status = target->purge(&count);
  if (status.ok() && count != commit.effects.size())
    set_problem(text("purge of ", queue, ": ", count, " of ", uint64_t{commit.effects.size()}));
  const bool durable = !model_.content().at(queue).memory;
  finish(status, std::move(commit), true,
         durable && count != 0 ? store::Level::kSync : store::Level::kMemory, "purge");
}

void World::batch(const std::vector<BatchPush>& pushes, const std::vector<std::string>& acks,
                  store::Durability durability) {
  if (!ready()) return;
  expire();
  store::Batch batch(store_);
  Commit commit;
  for (const BatchPush& push : pushes) {
    queue::Handle* const target = handle(push.queue);
    if (target == nullptr) return;
    const Token token = model_.new_message(push.queue, push.bytes);
    if (!judge(target->add_push(batch, model_.payload_of(token), {}), "batch push")) return;
    commit.effects.push_back({Effect::Kind::kPush, push.queue, token, false, 0, 0});
  }
  for (const std::string& queue : acks) {
    queue::Handle* const target = handle(queue);
    std::vector<InFlightMessage>& flight = in_flight_[queue];
    if (target == nullptr || flight.empty()) continue;
    if (!judge(target->add_ack(batch, flight.front().id), "batch ack")) return;
    commit.effects.push_back({Effect::Kind::kRemove, queue, flight.front().token, false, 0, 0});
    flight.erase(flight.begin());
  }
  if (commit.effects.empty()) return;
  store::Level level = store::Level::kMemory;
  const Status status = batch.commit(durability, 0, &level);
  for (size_t i = 0; i < pushes.size() && status.ok(); ++i) {
    if (!model_.note_id(commit.effects[i].token, batch.id_at(i)))
      set_problem(text("batch: id ", batch.id_at(i), " was given out before"));
  }
  finish(status, std::move(commit), durability == store::Durability::kSync, level, "batch");
}

void World::sync() {
  if (ready() && judge(store_->sync(), "sync")) model_.confirm_all();
}

void World::checkpoint() {
  if (ready() && judge(store_->checkpoint(), "checkpoint")) model_.confirm_all();
}

void World::run_ms(int64_t duration_ms) {
  if (problem_.empty()) env_->executor().run_for_ms(duration_ms);
}

void World::jump_clock(int64_t by_ms) {
  jumped_ms_ += std::abs(by_ms) + 1000;
  for (const auto& [queue, content] : model_.content())
    handle(queue);  // it reads the clock for them
  env_->clock().jump_wall_ns(by_ms * env::kNanosecondsPerMillisecond);
}

size_t World::in_flight(const std::string& queue) const {
  const auto found = in_flight_.find(queue);
  return found == in_flight_.end() ? 0 : found->second.size();
}

}  // namespace weir::sim
