// One queue, 8 producers and 8 consumers: nothing lost, nothing again after a confirmed acknowledgement, first
// deliveries in the order in which each producer sent.
#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/stress/stress.h"

namespace weir::stress {
namespace {

constexpr int kProducers = 8;
constexpr int kConsumers = 8;
constexpr uint64_t kMessagesMax = 200'000;  // of one producer

struct Case {
  const char* name;
  bool disk;
  uint32_t kind;
  uint32_t durability;
  uint64_t memory_bytes;
  uint64_t wal_bytes;
};

struct Key {
  uint64_t producer = 0;
  uint64_t sequence = 0;  // from 1
  uint64_t check = 0;
};

struct Seen {
  std::atomic<uint64_t> id{0};
  std::atomic<uint64_t> acked_at{0};  // a stamp taken after the acknowledgement was confirmed
};

class Flow : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override;
  void TearDown() override;
  void produce(int producer);
  void consume(int consumer);
  void take(const weir_message* message, uint64_t began_at, uint64_t* last_first,
            std::vector<uint64_t>* ids, Random& random);
  void settle(std::vector<uint64_t>& ids, Random& random);
  Seen& seen(const Key& key) { return seen_[key.producer][key.sequence - 1]; }
  static Key key_of(const weir_message* message);

  Directory directory_;
  weir_store* store_ = nullptr;
  weir_queue* queue_ = nullptr;
  std::array<std::unique_ptr<Seen[]>, kProducers> seen_;
  std::array<std::atomic<uint64_t>, kProducers> sent_{};
  std::mutex keys_mutex_;
  std::vector<Key> by_id_;  // index: id
  std::atomic<uint64_t> clock_{1};
  std::atomic<uint64_t> acked_{0};
  std::atomic<int> producing_{kProducers};
  std::chrono::steady_clock::time_point end_;
};

void Flow::SetUp() {
  const Case& one = GetParam();
  weir_store_options options;
  weir_store_options_init(&options, sizeof options);
  options.memory_bytes_max = one.memory_bytes;
  options.wal_bytes_max = one.wal_bytes;
  const std::string url = one.disk ? "file:" + directory_.path() : "mem:";
  ASSERT_EQ(weir_store_open(url.c_str(), &options, &store_, nullptr), WEIR_OK);
  weir_queue_options queue_options;
  weir_queue_options_init(&queue_options, sizeof queue_options);
  queue_options.kind = one.kind;
  ASSERT_EQ(weir_queue_open(store_, "flow", &queue_options, &queue_, nullptr), WEIR_OK);
  for (auto& seen : seen_) seen = std::make_unique<Seen[]>(kMessagesMax);
  by_id_.resize(kProducers * kMessagesMax + 1);
  end_ = after(seconds_for(0.1));
}

void Flow::TearDown() {
  EXPECT_EQ(weir_queue_close(queue_, nullptr), WEIR_OK);
  EXPECT_EQ(weir_store_close(store_, nullptr), WEIR_OK);
}

Key Flow::key_of(const weir_message* message) {
  Key key;
  EXPECT_GE(weir_message_size(message), sizeof key);
  std::memcpy(&key, weir_message_data(message), sizeof key);
  EXPECT_EQ(key.check, key.producer * 1'000'003 + key.sequence);
  return key;
}

void Flow::produce(int producer) {
  Random random(static_cast<uint64_t>(producer) + 100);
  std::vector<uint8_t> data;
  std::vector<uint32_t> sizes;
  weir_push_options options;
  weir_push_options_init(&options, sizeof options);
  options.durability = GetParam().durability;
  options.timeout_ms = 60'000;
  uint64_t sequence = 0;
  while (!passed(end_) && sequence + 32 < kMessagesMax) {
    data.clear();
    sizes.clear();
    const uint64_t count = random.below(4) == 0 ? 1 + random.below(20) : 1;
    for (uint64_t i = 0; i < count; ++i) {
      const Key key{static_cast<uint64_t>(producer), sequence + 1 + i,
                    static_cast<uint64_t>(producer) * 1'000'003 + sequence + 1 + i};
      const size_t size = sizeof key + random.below(300);
      data.resize(data.size() + size);
      std::memcpy(data.data() + data.size() - size, &key, sizeof key);
      sizes.push_back(static_cast<uint32_t>(size));
    }
    weir_error error{};
    error.struct_size = sizeof error;
    const weir_status status =
        count == 1 ? weir_queue_push(queue_, data.data(), data.size(), &options, nullptr, &error)
                   : weir_queue_push_many(queue_, data.data(), data.size(), sizes.data(),
                                          sizes.size(), &options, nullptr, &error);
    ASSERT_EQ(status, WEIR_OK) << error.message;
    sequence += count;
    sent_[static_cast<size_t>(producer)] = sequence;
  }
  --producing_;
}

void Flow::take(const weir_message* message, uint64_t began_at, uint64_t* last_first,
                std::vector<uint64_t>* ids, Random& random) {
  const Key key = key_of(message);
  const uint64_t id = weir_message_id(message);
  Seen& seen = this->seen(key);
  const uint64_t acked_at = seen.acked_at;
  ASSERT_TRUE(acked_at == 0 || acked_at > began_at)
      << "message " << id << " came again after its acknowledgement was confirmed";
  uint64_t known = 0;
  seen.id.compare_exchange_strong(known, id);
  ASSERT_TRUE(known == 0 || known == id) << "another id than before";
  if (weir_message_delivery_count(message) == 1) {
    ASSERT_GT(id, *last_first) << "first deliveries are out of order";
    *last_first = id;
  }
  {
    const std::lock_guard<std::mutex> lock(keys_mutex_);
    by_id_.at(id) = key;
  }
  if (random.below(16) == 0) {
    ASSERT_EQ(weir_queue_nack(queue_, id, static_cast<int64_t>(random.below(3)), nullptr), WEIR_OK);
  } else {
    ids->push_back(id);
  }
}

void Flow::settle(std::vector<uint64_t>& ids, Random& random) {
  if (ids.empty()) return;
  const uint32_t durability = GetParam().durability;
  if (random.below(8) == 0) {  // some are moved on by a batch
    weir_batch* batch = nullptr;
    ASSERT_EQ(weir_batch_create(store_, &batch, nullptr), WEIR_OK);
    for (const uint64_t id : ids) ASSERT_EQ(weir_batch_ack(batch, queue_, id, nullptr), WEIR_OK);
    ASSERT_EQ(weir_store_commit(store_, batch, durability, 0, nullptr, nullptr), WEIR_OK);
    weir_batch_free(batch);
  } else {
    uint64_t count = 0;
    ASSERT_EQ(
        weir_queue_ack_many(queue_, ids.data(), ids.size(), durability, &count, nullptr, nullptr),
        WEIR_OK);
    ASSERT_EQ(count, ids.size());
  }
  const uint64_t now = clock_.fetch_add(1);
  for (const uint64_t id : ids) {
    Key key;
    {
      const std::lock_guard<std::mutex> lock(keys_mutex_);
      key = by_id_.at(id);
    }
    ASSERT_EQ(seen(key).acked_at.exchange(now), 0u) << "acknowledged twice";
  }
  acked_ += ids.size();
  ids.clear();
}

void Flow::consume(int consumer) {
  Random random(static_cast<uint64_t>(consumer) + 1);
  weir_pop_options options;
  weir_pop_options_init(&options, sizeof options);
  options.timeout_ms = 20;
  uint64_t last_first = 0;
  std::vector<uint64_t> ids;
  while (!HasFatalFailure()) {
    weir_messages* messages = nullptr;
    const uint64_t began_at = clock_.fetch_add(1);
    weir_error error{};
    error.struct_size = sizeof error;
    const weir_status status =
        weir_queue_pop_many(queue_, 1 + random.below(16), &options, &messages, &error);
    if (status == WEIR_TIMEOUT) {
      if (producing_ != 0) continue;
      uint64_t sent = 0;
      for (const auto& one : sent_) sent += one;
      if (acked_ == sent) return;
      continue;
    }
    ASSERT_EQ(status, WEIR_OK) << error.message;
    for (size_t i = 0; i < weir_messages_count(messages); ++i)
      take(weir_messages_at(messages, i), began_at, &last_first, &ids, random);
    weir_messages_free(messages);
    settle(ids, random);
  }
}

TEST_P(Flow, nothing_lost_nothing_again_in_order) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kProducers; ++i) threads.emplace_back([this, i] { produce(i); });
  for (int i = 0; i < kConsumers; ++i) threads.emplace_back([this, i] { consume(i); });
  for (std::thread& thread : threads) thread.join();
  weir_queue_statistics statistics{};
  statistics.struct_size = sizeof statistics;
  ASSERT_EQ(weir_queue_stats(queue_, &statistics, nullptr), WEIR_OK);
  EXPECT_EQ(statistics.message_count, 0u);
  // What one producer sent one after another has ascending ids: it was delivered in that order.
  uint64_t total = 0;
  for (size_t producer = 0; producer < kProducers; ++producer) {
    uint64_t before = 0;
    for (uint64_t sequence = 0; sequence < sent_[producer]; ++sequence) {
      const Seen& one = seen_[producer][sequence];
      ASSERT_GT(one.id, before);
      ASSERT_NE(one.acked_at, 0u) << "lost";
      before = one.id;
    }
    total += sent_[producer];
  }
  printf("%s: %llu messages, %llu redeliveries\n", GetParam().name,
         static_cast<unsigned long long>(total),
         static_cast<unsigned long long>(statistics.redelivery_count));
}

constexpr uint64_t kMiB = 1 << 20;
INSTANTIATE_TEST_SUITE_P(
    Stores, Flow,
    testing::Values(
        Case{"mem_async", false, WEIR_QUEUE_MEMORY, WEIR_DURABILITY_ASYNC, 64 * kMiB, 256 * kMiB},
        Case{"mem_sync_small", false, WEIR_QUEUE_MEMORY, WEIR_DURABILITY_SYNC, kMiB, kMiB},
        Case{"file_memory", true, WEIR_QUEUE_MEMORY, WEIR_DURABILITY_ASYNC, 64 * kMiB, 4 * kMiB},
        Case{"file_memory_small", true, WEIR_QUEUE_MEMORY, WEIR_DURABILITY_SYNC, kMiB, kMiB},
        Case{"file_async", true, WEIR_QUEUE_DURABLE, WEIR_DURABILITY_ASYNC, 64 * kMiB, 64 * kMiB},
        Case{"file_async_small", true, WEIR_QUEUE_DURABLE, WEIR_DURABILITY_ASYNC, kMiB, kMiB},
        Case{"file_sync", true, WEIR_QUEUE_DURABLE, WEIR_DURABILITY_SYNC, 64 * kMiB, 64 * kMiB},
        Case{"file_sync_small", true, WEIR_QUEUE_DURABLE, WEIR_DURABILITY_SYNC, kMiB, kMiB}),
    [](const testing::TestParamInfo<Case>& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace weir::stress
