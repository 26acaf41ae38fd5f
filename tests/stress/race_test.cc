// Everything at once: 8 threads open, close, interrupt, drop, purge, nack, extend, batch, checkpoint on the same few
// queues, through shared handles that others close. Every status must be one that the documentation of the call allows.
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/stress/stress.h"

namespace weir::stress {
namespace {

constexpr int kThreads = 8;
constexpr size_t kHandles = 6;
constexpr const char* kNames[] = {"a", "b", "c"};

class Race : public testing::TestWithParam<const char*> {
 protected:
  void work(int thread);
  void step(Random& random);
  void replace(size_t index, Random& random);
  void pop_some(weir_queue* queue, Random& random);
  void push_some(weir_queue* queue, Random& random);
  void commit_some(Random& random);
  void look(weir_queue* queue, Random& random);
  void allow(const char* call, weir_status status, std::initializer_list<weir_status> allowed);

  weir_store* store_ = nullptr;
  std::array<std::atomic<weir_queue*>, kHandles> handles_{};
  std::mutex replacing_;
  std::atomic<uint64_t> steps_{0};
  std::atomic<uint64_t> delivered_{0};
  std::chrono::steady_clock::time_point end_;
};

void Race::allow(const char* call, weir_status status, std::initializer_list<weir_status> allowed) {
  if (status == WEIR_OK || status == WEIR_E_CLOSED) return;
  for (const weir_status one : allowed) {
    if (status == one) return;
  }
  ADD_FAILURE() << call << " returned " << weir_status_name(status);
}

// A handle is closed by one thread while others are in calls on it; sometimes its queue is dropped first.
void Race::replace(size_t index, Random& random) {
  const std::lock_guard<std::mutex> lock(replacing_);
  const char* name = kNames[random.below(3)];
  if (random.below(4) == 0) allow("drop", weir_queue_drop(store_, name, nullptr), {WEIR_NOT_FOUND});
  weir_queue_options options;
  weir_queue_options_init(&options, sizeof options);
  options.kind = random.below(2) == 0 ? WEIR_QUEUE_DURABLE : WEIR_QUEUE_MEMORY;
  options.existing_kind = 1;
  weir_queue* fresh = nullptr;
  allow("open", weir_queue_open(store_, name, &options, &fresh, nullptr), {});
  weir_queue* const old = handles_[index].exchange(fresh);
  EXPECT_EQ(weir_queue_close(old, nullptr), WEIR_OK);
}

void Race::push_some(weir_queue* queue, Random& random) {
  uint8_t data[2000] = {};
  weir_push_options options;
  weir_push_options_init(&options, sizeof options);
  options.durability = random.below(3) == 0 ? WEIR_DURABILITY_SYNC : WEIR_DURABILITY_ASYNC;
  options.timeout_ms = static_cast<int64_t>(random.below(3));
  if (random.below(3) == 0) {
    options.producer_id = 1 + random.below(5);
    options.producer_sequence = 1 + steps_;
  }
  if (random.below(2) == 0) {
    allow("push",
          weir_queue_push(queue, data, random.below(sizeof data), &options, nullptr, nullptr),
          {WEIR_E_LIMIT, WEIR_DUPLICATE, WEIR_INTERRUPTED});
    return;
  }
  std::vector<uint32_t> sizes(random.below(30), 60);
  allow("push_many",
        weir_queue_push_many(queue, data, sizes.size() * 60, sizes.data(), sizes.size(), &options,
                             nullptr, nullptr),
        {WEIR_E_LIMIT, WEIR_DUPLICATE, WEIR_INTERRUPTED});
}

void Race::pop_some(weir_queue* queue, Random& random) {
  weir_pop_options options;
  weir_pop_options_init(&options, sizeof options);
  options.timeout_ms = static_cast<int64_t>(random.below(4));
  options.lease_ms = random.below(2) == 0 ? 0 : static_cast<int64_t>(1 + random.below(5));
  options.acknowledge = random.below(4) == 0 ? 1 : 0;
  options.durability = random.below(4) == 0 ? WEIR_DURABILITY_SYNC : WEIR_DURABILITY_ASYNC;
  weir_messages* messages = nullptr;
  allow("pop_many", weir_queue_pop_many(queue, 1 + random.below(10), &options, &messages, nullptr),
        {WEIR_EMPTY, WEIR_TIMEOUT, WEIR_INTERRUPTED});
  delivered_ += weir_messages_count(messages);
  for (size_t i = 0; i < weir_messages_count(messages); ++i) {
    const uint64_t id = weir_message_id(weir_messages_at(messages, i));
    switch (random.below(5)) {
      case 0:
        allow("nack", weir_queue_nack(queue, id, static_cast<int64_t>(random.below(4)), nullptr),
              {WEIR_NOT_FOUND});
        break;
      case 1:
        allow("extend",
              weir_queue_extend(queue, id, static_cast<int64_t>(random.below(4)), nullptr),
              {WEIR_NOT_FOUND});
        break;
      case 2:
        break;  // stays in flight until its lease ends or the handle is closed
      default:
        allow("ack", weir_queue_ack(queue, id, options.durability, nullptr, nullptr),
              {WEIR_NOT_FOUND});
    }
  }
  weir_messages_free(messages);
}

void Race::commit_some(Random& random) {
  weir_batch* batch = nullptr;
  allow("batch", weir_batch_create(store_, &batch, nullptr), {});
  for (uint64_t i = random.below(4); i != 0; --i) {
    weir_queue* const queue = handles_[random.below(kHandles)];
    allow("batch push", weir_batch_push(batch, queue, "12345", 5, nullptr, nullptr), {});
  }
  if (random.below(2) == 0) {
    weir_queue* const queue = handles_[random.below(kHandles)];
    weir_message* message = nullptr;
    allow("pop", weir_queue_pop(queue, nullptr, &message, nullptr), {WEIR_EMPTY, WEIR_INTERRUPTED});
    if (message != nullptr)
      allow("batch ack", weir_batch_ack(batch, queue, weir_message_id(message), nullptr), {});
    weir_message_free(message);
  }
  const uint32_t durability = random.below(3) == 0 ? WEIR_DURABILITY_SYNC : WEIR_DURABILITY_ASYNC;
  // INVALID_ARGUMENT: it acknowledges durable messages and pushes to a memory queue.
  allow("commit", weir_store_commit(store_, batch, durability, 1, nullptr, nullptr),
        {WEIR_NOT_FOUND, WEIR_E_LIMIT, WEIR_E_INVALID_ARGUMENT, WEIR_INTERRUPTED});
  weir_batch_free(batch);
}

void Race::look(weir_queue* queue, Random& random) {
  weir_messages* messages = nullptr;
  allow("peek", weir_queue_peek_many(queue, 1 + random.below(5), 1000, &messages, nullptr),
        {WEIR_EMPTY});
  weir_messages_free(messages);
  weir_queue_statistics statistics{};
  statistics.struct_size = sizeof statistics;
  allow("stats", weir_queue_stats(queue, &statistics, nullptr), {});
  EXPECT_EQ(statistics.message_count,
            statistics.ready_count + statistics.delayed_count + statistics.in_flight_count);
  weir_store_statistics store{};
  store.struct_size = sizeof store;
  allow("store stats", weir_store_stats(store_, &store, nullptr), {});
  weir_names* names = nullptr;
  allow("list", weir_queue_list(store_, &names, nullptr), {});
  weir_names_free(names);
}

void Race::step(Random& random) {
  weir_queue* const queue = handles_[random.below(kHandles)];
  ++steps_;
  switch (random.below(24)) {
    case 0:
      return replace(random.below(kHandles), random);
    case 1:
      return allow("interrupt", weir_queue_interrupt(queue, nullptr), {});
    case 2:
      return random.below(8) == 0 ? allow("purge", weir_queue_purge(queue, nullptr, nullptr), {})
                                  : look(queue, random);
    case 3:
      return random.below(8) == 0
                 ? allow("checkpoint", weir_store_checkpoint(store_, nullptr), {WEIR_E_BUSY})
                 : look(queue, random);
    case 4:
      return allow("sync", weir_store_sync(store_, nullptr), {});
    case 5: {
      uint64_t sequence = 0;
      return allow("producer_sequence",
                   weir_queue_producer_sequence(queue, 1 + random.below(5), &sequence, nullptr),
                   {WEIR_NOT_FOUND});
    }
    case 6:
    case 7:
    case 8:
      return commit_some(random);
    default:
      return random.below(2) == 0 ? push_some(queue, random) : pop_some(queue, random);
  }
}

void Race::work(int thread) {
  Random random(static_cast<uint64_t>(thread) + 7);
  while (!passed(end_) && !HasFailure()) step(random);
}

TEST_P(Race, every_call_at_once) {
  const Directory directory;
  const std::string url = std::string(GetParam()) == "mem" ? "mem:" : "file:" + directory.path();
  weir_store_options options;
  weir_store_options_init(&options, sizeof options);
  options.memory_bytes_max = options.wal_bytes_max = 1 << 20;
  ASSERT_EQ(weir_store_open(url.c_str(), &options, &store_, nullptr), WEIR_OK);
  for (auto& handle : handles_) {
    weir_queue* queue = nullptr;
    ASSERT_EQ(weir_queue_open(store_, "a", nullptr, &queue, nullptr), WEIR_OK);
    handle = queue;
  }
  end_ = after(seconds_for(0.1));
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back([this, i] { work(i); });
  for (std::thread& thread : threads) thread.join();
  for (auto& handle : handles_) EXPECT_EQ(weir_queue_close(handle, nullptr), WEIR_OK);
  weir_error error{};
  error.struct_size = sizeof error;
  EXPECT_EQ(weir_store_close(store_, &error), WEIR_OK) << error.message;
  printf("%s: %llu steps, %llu deliveries\n", GetParam(), static_cast<unsigned long long>(steps_),
         static_cast<unsigned long long>(delivered_));
  if (url == "mem:") return;
  ASSERT_EQ(weir_store_open(url.c_str(), &options, &store_, &error), WEIR_OK) << error.message;
  EXPECT_EQ(weir_store_close(store_, nullptr), WEIR_OK);
  uint64_t damages = 0;
  weir_blob* report = nullptr;
  ASSERT_EQ(weir_store_verify(url.c_str(), &report, &damages, &error), WEIR_OK) << error.message;
  EXPECT_EQ(damages, 0u) << std::string(static_cast<const char*>(weir_blob_data(report)),
                                        weir_blob_size(report));
  weir_blob_free(report);
}

INSTANTIATE_TEST_SUITE_P(Stores, Race, testing::Values("mem", "file"),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace
}  // namespace weir::stress
