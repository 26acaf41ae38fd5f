#include "api/handle.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "base/heap.h"

// Types of its own, so that the pools are as new as the test.
struct weir_sample;
struct weir_scarce;
struct weir_raced;

namespace weir::api {
namespace {

template <typename Opaque>
struct TestShell : Shell {
  using Public = Opaque;
  static constexpr const char* kNoun = "sample";
  static constexpr uint32_t kMagic = 0x54455354;
  static constexpr size_t kQuarantine = api::kQuarantine;
  int value = 0;
  void clear() noexcept { value = 0; }
};
using SampleShell = TestShell<weir_sample>;

template <typename S = SampleShell>
typename S::Public* make(int value) {
  New<S> shell;
  EXPECT_TRUE(shell.prepare().ok());
  shell->value = value;
  return shell.publish();
}

template <typename S = SampleShell>
bool close(typename S::Public* handle) {
  S* shell = close_unshared<S>(handle);
  if (shell != nullptr) recycle(shell);
  return shell != nullptr;
}

Code enter(weir_sample* handle) {
  Use<SampleShell> use;
  return use.enter(handle).code();
}

TEST(Handle, an_open_one_shows_its_contents) {
  weir_sample* handle = make(7);

  EXPECT_EQ(look<SampleShell>(handle)->value, 7);
  EXPECT_EQ(enter(handle), Code::kOk);

  EXPECT_TRUE(close(handle));
}

TEST(Handle, a_closed_one_gets_a_status) {
  weir_sample* handle = make(7);
  EXPECT_TRUE(close(handle));

  EXPECT_EQ(look<SampleShell>(handle), nullptr);
  EXPECT_EQ(enter(handle), Code::kClosed);
  EXPECT_EQ(look_or_tell<SampleShell>(handle).status().code(), Code::kClosed);
  EXPECT_FALSE(close(handle));
}

TEST(Handle, what_is_no_handle_is_refused_without_a_look) {
  int stack = 0;
  auto* const near_null = reinterpret_cast<weir_sample*>(uintptr_t{8});
  auto* const non_canonical = reinterpret_cast<weir_sample*>(uintptr_t{0xDEADBEEFDEADBEEF});
  for (auto* wrong : {static_cast<weir_sample*>(nullptr), near_null, non_canonical,
                      reinterpret_cast<weir_sample*>(&stack)}) {
    EXPECT_EQ(enter(wrong), Code::kInvalidArgument);
    EXPECT_EQ(look<SampleShell>(wrong), nullptr);
    EXPECT_FALSE(close(wrong));
  }
}

TEST(Handle, a_wrong_tag_is_a_closed_handle) {
  weir_sample* handle = make(7);

  for (uintptr_t tag = 0; tag < kTagCount; ++tag) {
    const uintptr_t other = (reinterpret_cast<uintptr_t>(handle) & ~(kTagCount - 1)) | tag;
    if (other == reinterpret_cast<uintptr_t>(handle)) continue;
    EXPECT_EQ(enter(reinterpret_cast<weir_sample*>(other)), Code::kClosed);
  }

  EXPECT_TRUE(close(handle));
}

TEST(Handle, is_told_apart_from_its_successors_for_a_long_time) {
  weir_sample* stale = make(7);
  EXPECT_TRUE(close(stale));

  // Tags come round after 64 uses of a shell, and a shell rests while 1024 others are closed.
  for (size_t i = 0; i < 60 * kQuarantine; ++i) {
    weir_sample* handle = make(1);
    ASSERT_NE(handle, stale);
    ASSERT_EQ(enter(stale), Code::kClosed);
    ASSERT_TRUE(close(handle));
  }
}

TEST(Handle, shells_rest_before_they_are_used_again) {
  std::set<uintptr_t> shells;

  for (size_t i = 0; i < kQuarantine; ++i) {
    weir_sample* handle = make(1);
    EXPECT_TRUE(shells.insert(reinterpret_cast<uintptr_t>(handle) & ~(kTagCount - 1)).second);
    EXPECT_TRUE(close(handle));
  }
}

TEST(Handle, without_memory_shells_rest_less_and_then_there_are_no_more) {
  using ScarceShell = TestShell<weir_scarce>;
  EXPECT_TRUE(close<ScarceShell>(make<ScarceShell>(1)));
  // The first slab's worth.
  std::vector<weir_scarce*> handles;
  handles.reserve(63);
  for (int i = 0; i < 63; ++i) handles.push_back(make<ScarceShell>(i));
  heap::fail_allocation(1, true);

  weir_scarce* reused = make<ScarceShell>(64);
  New<ScarceShell> none;
  EXPECT_EQ(none.prepare().code(), Code::kNoMemory);

  heap::fail_allocation(0, false);
  EXPECT_EQ(look<ScarceShell>(reused)->value, 64);
  weir_scarce* more = make<ScarceShell>(65);
  for (weir_scarce* handle : handles) EXPECT_TRUE(close<ScarceShell>(handle));
  EXPECT_TRUE(close<ScarceShell>(reused));
  EXPECT_TRUE(close<ScarceShell>(more));
}

TEST(Handle, spares_are_recycled_at_once_and_in_bounded_number) {
  ShellPool& pool = pool_of<SampleShell>();
  int objects[ShellPool::kSparesMax + 1] = {};
  std::vector<Shell*> shells;
  shells.reserve(ShellPool::kSparesMax + 1);
  for (size_t i = 0; i <= ShellPool::kSparesMax; ++i) shells.push_back(pool.take(nullptr));

  for (size_t i = 0; i < ShellPool::kSparesMax; ++i) {
    EXPECT_EQ(pool.put(shells[i], &objects[i]), nullptr);
  }
  EXPECT_EQ(pool.put(shells.back(), &objects[0]), &objects[0]);

  void* spare = nullptr;
  for (size_t i = ShellPool::kSparesMax; i-- > 0;) {
    Shell* shell = pool.take(&spare);
    EXPECT_EQ(spare, &objects[i]);
    pool.put(shell, nullptr);
  }
  Shell* shell = pool.take(&spare);
  EXPECT_EQ(spare, nullptr);
  pool.put(shell, nullptr);
}

TEST(Handle, closing_waits_for_the_calls_inside) {
  weir_sample* handle = make(7);
  std::atomic<bool> entered{false};
  std::atomic<bool> leaving{false};
  std::thread caller([&] {
    Use<SampleShell> use;
    EXPECT_TRUE(use.enter(handle).ok());
    entered = true;
    // Until the closer has begun: later calls are refused while this one is inside.
    while (enter(handle) == Code::kOk) std::this_thread::yield();
    leaving = true;
  });
  while (!entered) std::this_thread::yield();

  Use<SampleShell> use;
  EXPECT_TRUE(use.enter(handle).ok());
  EXPECT_TRUE(use.close());
  SampleShell* shell = use.take_closed();

  EXPECT_TRUE(leaving);
  EXPECT_EQ(shell->state.load(), 0U);
  recycle(shell);
  caller.join();
}

TEST(Handle, one_closer_wins_and_every_caller_gets_a_status) {
  using RacedShell = TestShell<weir_raced>;
  for (int round = 0; round < 200; ++round) {
    auto* handle = make<RacedShell>(1);
    std::atomic<int> closed{0};
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (;;) {
          Use<RacedShell> use;
          if (!use.enter(handle).ok()) return;
          EXPECT_EQ(use->value, 1);
          if (use->generation % 3 != 0) std::this_thread::yield();
          if (!use.close()) continue;
          ++closed;
          recycle(use.take_closed());
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(closed, 1);
  }
}

TEST(Handle, overwritten_memory_is_noticed) {
  weir_sample* handle = make(7);
  SampleShell* shell = look<SampleShell>(handle);
  shell->magic = 0;

  EXPECT_EQ(enter(handle), Code::kInternal);

  shell->magic = SampleShell::kMagic;
  EXPECT_TRUE(close(handle));
}

}  // namespace
}  // namespace weir::api
