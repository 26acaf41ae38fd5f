// Wheel: which items are due when. Hierarchical timing wheels (Varghese and Lauck, "Hashed and Hierarchical Timing
// Wheels", SOSP 1987, scheme 7): four levels of 64 slots; what lies beyond them waits in the farthest slot.
//
// An item lies at a tick that is not after its deadline. Renewing one only changes its deadline: when its slot comes,
// it is looked at and put where it belongs by then. Every such look is counted, and a call makes a bounded number.
// Thread class: exclusive (the shard's mutex).
#pragma once

#include <cstdint>

#include "engine/buffer/item.h"

namespace weir::buffer {

class Wheel {
 public:
  static constexpr int64_t kNoTick = INT64_MAX;

  // Nothing before `tick` will be asked for.
  void start(int64_t tick) { current_ = tick; }
  void insert(Item* item, int64_t tick);
  void remove(Item* item);
  Item* any() const;  // nullptr when it is empty

  // The next tick at which there is something to do; kNoTick when there is nothing.
  int64_t next_tick() const;
  // Goes on towards `now_tick` for at most `looks` items (kept up to date), and returns the next one whose slot came:
  // it is out of the wheel. nullptr: the looks are used up, or `now_tick` is reached.
  Item* advance(int64_t now_tick, uint32_t* looks);

 private:
  static constexpr int kLevels = 4;
  static constexpr int kLevelBits = 6;
  static constexpr uint32_t kSlots = 1u << kLevelBits;

  // A level's own ticks are 64 to the power of `level` ticks long.
  static int64_t at_level(int64_t tick, int level) { return tick >> (kLevelBits * level); }
  bool begins(int level) const {
    return (current_ & ((int64_t{1} << (kLevelBits * level)) - 1)) == 0;
  }
  Item* take_first(int level);

  Item* slots_[kLevels][kSlots] = {};  // the first of a ring; new ones come last
  uint64_t occupied_[kLevels] = {};
  int64_t current_ = 0;
};

}  // namespace weir::buffer
