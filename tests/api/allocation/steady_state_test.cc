// The in-memory path takes no memory per message: shells, message bodies, chunks and the places of
// messages in flight are all used again.
#include <vector>

#include "base/heap.h"
#include "tests/api/allocation/counting_new.h"
#include "tests/api/fixture.h"

namespace weir::api {
namespace {

constexpr int kWarmUp = 20'000;
constexpr int kMeasured = 100'000;

class SteadyState : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = open_store("mem:");
    queue_ = open_queue(store_, "frames");
  }
  void TearDown() override {
    EXPECT_EQ(weir_queue_close(queue_, nullptr), WEIR_OK);
    EXPECT_EQ(weir_store_close(store_, nullptr), WEIR_OK);
  }

  // What `count` rounds allocate after as many that nobody counts.
  template <typename Round>
  void expect_no_allocations(const char* what, int messages_per_round, Round&& round) {
    for (int i = 0; i < kWarmUp / messages_per_round; ++i) round();
    heap::fail_allocation(UINT64_MAX, false);  // counts, and never fails
    const uint64_t before = new_count();
    for (int i = 0; i < kMeasured / messages_per_round; ++i) round();
    const uint64_t by_new = new_count() - before;
    const uint64_t by_heap = heap::allocation_count();
    heap::fail_allocation(0, false);

    std::printf("%s: %llu by new and %llu by the heap for %d messages\n", what,
                static_cast<unsigned long long>(by_new), static_cast<unsigned long long>(by_heap),
                kMeasured);
    // Not one per thousand: a background task may wake and take some.
    EXPECT_LT(by_new, kMeasured / 1000);
    EXPECT_LT(by_heap, kMeasured / 1000);
  }

  weir_store* store_ = nullptr;
  weir_queue* queue_ = nullptr;
};

// Sums up what went wrong, because a matcher would allocate.
class Tally {
 public:
  void add(weir_status status) { failures_ += status == WEIR_OK ? 0 : 1; }
  ~Tally() { EXPECT_EQ(failures_, 0); }

 private:
  int failures_ = 0;
};

TEST_F(SteadyState, push_pop_ack) {
  Tally tally;
  const std::string payload(100, 'x');
  expect_no_allocations("push, pop, ack", 1, [&] {
    weir_message* message = nullptr;
    tally.add(weir_queue_push(queue_, payload.data(), payload.size(), nullptr, nullptr, nullptr));
    tally.add(weir_queue_pop(queue_, nullptr, &message, nullptr));
    tally.add(weir_queue_ack(queue_, weir_message_id(message), 0, nullptr, nullptr));
    weir_message_free(message);
  });
}

TEST_F(SteadyState, push_and_pop_that_acknowledges) {
  Tally tally;
  const std::string payload(3000, 'x');
  weir_pop_options options;
  tally.add(weir_pop_options_init(&options, sizeof options));
  options.acknowledge = 1;
  expect_no_allocations("push, pop with acknowledge", 1, [&] {
    weir_message* message = nullptr;
    tally.add(weir_queue_push(queue_, payload.data(), payload.size(), nullptr, nullptr, nullptr));
    tally.add(weir_queue_pop(queue_, &options, &message, nullptr));
    weir_message_free(message);
  });
}

TEST_F(SteadyState, a_backlog_that_grows_and_shrinks) {
  Tally tally;
  constexpr int kBacklog = 1000;
  const std::string payload(100, 'x');
  expect_no_allocations("1000 pushed, then 1000 popped", kBacklog, [&] {
    for (int i = 0; i < kBacklog; ++i) {
      tally.add(weir_queue_push(queue_, payload.data(), payload.size(), nullptr, nullptr, nullptr));
    }
    for (int i = 0; i < kBacklog; ++i) {
      weir_message* message = nullptr;
      tally.add(weir_queue_pop(queue_, nullptr, &message, nullptr));
      tally.add(weir_queue_ack(queue_, weir_message_id(message), 0, nullptr, nullptr));
      weir_message_free(message);
    }
  });
}

TEST_F(SteadyState, push_many_pop_many_ack_many) {
  Tally tally;
  constexpr size_t kCount = 100;
  const std::string payloads(kCount * 100, 'x');
  const std::vector<uint32_t> sizes(kCount, 100);
  std::vector<uint64_t> ids(kCount);
  expect_no_allocations("the same in batches of 100", kCount, [&] {
    weir_messages* messages = nullptr;
    tally.add(weir_queue_push_many(queue_, payloads.data(), payloads.size(), sizes.data(), kCount,
                                   nullptr, nullptr, nullptr));
    tally.add(weir_queue_pop_many(queue_, kCount, nullptr, &messages, nullptr));
    for (size_t i = 0; i < kCount; ++i) ids[i] = weir_message_id(weir_messages_at(messages, i));
    tally.add(weir_queue_ack_many(queue_, ids.data(), kCount, 0, nullptr, nullptr, nullptr));
    weir_messages_free(messages);
  });
}

TEST_F(SteadyState, polling_an_empty_queue) {
  expect_no_allocations("pop of an empty queue", 1, [&] {
    weir_message* message = nullptr;
    weir_queue_pop(queue_, nullptr, &message, nullptr);
  });
}

}  // namespace
}  // namespace weir::api
