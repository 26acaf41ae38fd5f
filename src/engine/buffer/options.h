// What a buffer is opened with, and what it counts: plain values.
#pragma once

#include <cstdint>

namespace weir::buffer {

enum class Policy : uint32_t { kReject = 0, kEvict = 1 };

inline constexpr uint64_t kTickMsMax = 60'000;
inline constexpr int64_t kExpiryMsMax = 315'360'000'000;  // ten years
inline constexpr uint64_t kItemsMax = 128ull << 20;
inline constexpr uint64_t kBytesMax = 1ull << 50;
inline constexpr uint32_t kEventsMax = 1u << 20;
inline constexpr size_t kNameBytesMax = 255;
inline constexpr size_t kKeyBytesMax = 1024;

struct Options {
  uint32_t tick_ms = 100;
  int64_t expiry_ms = 60'000;
  uint64_t bytes_max = 0;  // 0: none but the store's memory budget
  uint64_t items_max = 0;  // 0: none
  Policy policy = Policy::kReject;
  uint32_t events_max = 0;  // expired keys kept for whoever asks; 0: none
  bool snapshot = false;
  bool operator==(const Options&) const = default;
};

struct Counters {
  uint64_t get_count = 0;  // of get, peek and take
  uint64_t hit_count = 0;  // of them, those that found something
  uint64_t set_count = 0;
  uint64_t removed_count = 0;  // by take, remove and clear
  uint64_t expired_count = 0;
  uint64_t evicted_count = 0;
  uint64_t refused_count = 0;  // sets that found no room
  // The most items that one call, or one step of the sweeper with a shard held, removed or moved for time's sake.
  uint64_t call_expiry_max = 0;

  void add(const Counters& other);
};

struct Statistics {
  Counters counted;
  uint64_t item_count = 0;  // what expired and was not removed yet included
  uint64_t bytes = 0;
  uint64_t event_count = 0;  // that wait
  uint64_t event_lost_count = 0;
};

}  // namespace weir::buffer
