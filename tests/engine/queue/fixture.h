// What the tests of the queue engine share: a store in a simulated world that can be closed, crashed and opened again.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/queue/queue.h"
#include "engine/queue/state.h"
#include "store/store.h"
#include "tests/sim/sim_env.h"

namespace weir::queue {

using store::Durability;
using store::Level;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

inline constexpr const char* kUrl = "file:/sim/store";
inline constexpr int64_t kMs = env::kNanosecondsPerMillisecond;

class QueueTest : public ::testing::Test {
 protected:
  QueueTest() { open(); }
  ~QueueTest() override { close(); }

  // --- the store ---
  void open(const std::string& url = kUrl) {
    Result<std::shared_ptr<store::Store>> opened = store::Store::open(world_->env(), url, options_);
    ASSERT_TRUE(opened.ok()) << opened.status().to_string();
    store_ = opened.take();
    queue_ = open_queue("q");
  }
  void close() {
    queue_.reset();
    store_.reset();
  }
  void reopen() {
    close();
    open();
  }
  // The power goes, and what was not synced with it.
  void crash(sim::LossMode mode = sim::LossMode::kEverything) {
    std::unique_ptr<sim::SimFileSystem> disk = world_->file_system().after_power_cut(3, mode);
    world_->file_system().crash_now();
    close();
    world_ = std::make_unique<sim::SimEnv>(std::move(disk), 3);
    open();
  }
  void use_memory_store() {
    close();
    open("mem:");
  }
  sim::SimFileSystem& disk() { return world_->file_system(); }
  void pass_ms(int64_t ms) { world_->executor().run_for_ms(ms); }

  // --- queues ---
  std::unique_ptr<Handle> open_queue(const std::string& name) {
    OpenOptions options;
    options.kind = kind_;
    options.existing_kind = true;
    Result<std::unique_ptr<Handle>> opened = Handle::open(store_, name, options);
    EXPECT_TRUE(opened.ok()) << opened.status().to_string();
    return opened.ok() ? opened.take() : nullptr;
  }
  uint64_t push(std::string_view payload, Durability durability = Durability::kDefault) {
    return push_to(*queue_, payload, durability);
  }
  static uint64_t push_to(Handle& queue, std::string_view payload,
                          Durability durability = Durability::kDefault) {
    PushOptions options;
    options.durability = durability;
    PushResult result;
    const Status status = queue.push(as_bytes(payload), options, &result);
    EXPECT_TRUE(status.ok()) << status.to_string();
    return result.id;
  }
  void push_all(const std::vector<std::string>& payloads) {
    for (const std::string& payload : payloads) push(payload);
  }

  // --- consuming: the last answer stays in messages_ ---
  Status pop_from(Handle& queue, size_t count_max, const PopOptions& options = {}) {
    return queue.pop(count_max, options, &messages_);
  }
  std::vector<std::string> texts() const {
    std::vector<std::string> all;
    for (size_t i = 0; i < messages_.count(); ++i)
      all.emplace_back(as_text(messages_.at(i).payload));
    return all;
  }
  std::vector<std::string> pop(size_t count_max = 100) {
    const Status status = pop_from(*queue_, count_max);
    EXPECT_FALSE(status.failed()) << status.to_string();
    return texts();
  }
  // One by one: a pop may give out less than there is.
  std::vector<std::string> drain() {
    std::vector<std::string> all;
    while (pop_from(*queue_, 1).ok()) all.emplace_back(as_text(messages_.at(0).payload));
    return all;
  }
  std::vector<std::string> peek(size_t count_max = 100) {
    const Status status = queue_->peek(count_max, 1 << 20, &messages_);
    EXPECT_FALSE(status.failed()) << status.to_string();
    return texts();
  }
  std::vector<std::string> pop_leased(int64_t lease_ms, size_t count_max = 100) {
    PopOptions options;
    options.lease_ms = lease_ms;
    EXPECT_FALSE(pop_from(*queue_, count_max, options).failed());
    return texts();
  }
  Code ack(std::vector<uint64_t> ids, Durability durability = Durability::kDefault,
           uint64_t* out_count = nullptr) {
    uint64_t count = 0;
    Level level = Level::kMemory;
    const Status status = queue_->ack(ids, durability, &count, &level);
    if (out_count != nullptr) *out_count = count;
    return status.code();
  }
  Statistics stats() {
    Statistics statistics;
    EXPECT_TRUE(queue_->stats(&statistics).ok());
    return statistics;
  }

  std::unique_ptr<sim::SimEnv> world_ = std::make_unique<sim::SimEnv>(1);
  store::Options options_;
  Kind kind_ = Kind::kDurable;
  std::shared_ptr<store::Store> store_;
  std::unique_ptr<Handle> queue_;
  Messages messages_;
};

// The same over a durable queue, a memory queue of a durable store, and a store in memory.
enum class Where { kDurable, kMemoryQueue, kMemoryStore };

class AnyQueueTest : public QueueTest, public ::testing::WithParamInterface<Where> {
 protected:
  AnyQueueTest() {
    if (GetParam() == Where::kDurable) return;
    kind_ = Kind::kMemory;
    close();
    if (GetParam() == Where::kMemoryStore) {
      open("mem:");
    } else {
      world_ = std::make_unique<sim::SimEnv>(1);
      open();
    }
  }
};

inline std::string where_name(const ::testing::TestParamInfo<Where>& info) {
  switch (info.param) {
    case Where::kDurable:
      return "durable";
    case Where::kMemoryQueue:
      return "memory_queue";
    case Where::kMemoryStore:
      return "memory_store";
  }
  return "";
}

inline auto everywhere() {
  return ::testing::Values(Where::kDurable, Where::kMemoryQueue, Where::kMemoryStore);
}

}  // namespace weir::queue
