#include "engine/buffer/wheel.h"

#include <algorithm>
#include <bit>

#include "base/assert.h"

namespace weir::buffer {

void Wheel::insert(Item* item, int64_t tick) {
  tick = std::max(tick, current_);
  const int64_t distance = tick - current_;
  int level = 0;
  while (level + 1 < kLevels && at_level(distance, level + 1) != 0) ++level;
  // Beyond the last level: as far as it goes, and from there further.
  const int64_t farthest = at_level(current_, level) + kSlots - 1;
  const int64_t place =
      level + 1 == kLevels ? std::min(at_level(tick, level), farthest) : at_level(tick, level);
  const auto slot = static_cast<uint32_t>(place & (kSlots - 1));
  Item*& first = slots_[level][slot];
  item->wheel_slot = static_cast<uint32_t>(level) * kSlots + slot;
  if (first == nullptr) {
    first = item->wheel_previous = item->wheel_next = item;
    occupied_[level] |= uint64_t{1} << slot;
    return;
  }
  item->wheel_previous = first->wheel_previous;
  item->wheel_next = first;
  item->wheel_previous->wheel_next = first->wheel_previous = item;
}

void Wheel::remove(Item* item) {
  const uint32_t level = item->wheel_slot / kSlots;
  const uint32_t slot = item->wheel_slot % kSlots;
  Item*& first = slots_[level][slot];
  if (item->wheel_next == item) {
    WEIR_ASSERT(first == item);
    first = nullptr;
    occupied_[level] &= ~(uint64_t{1} << slot);
    return;
  }
  if (first == item) first = item->wheel_next;
  item->wheel_previous->wheel_next = item->wheel_next;
  item->wheel_next->wheel_previous = item->wheel_previous;
}

Item* Wheel::any() const {
  for (int level = 0; level < kLevels; ++level) {
    if (occupied_[level] != 0) return slots_[level][std::countr_zero(occupied_[level])];
  }
  return nullptr;
}

int64_t Wheel::next_tick() const {
  int64_t next = kNoTick;
  for (int level = 0; level < kLevels; ++level) {
    if (occupied_[level] == 0) continue;
    const int64_t here = at_level(current_, level);
    uint64_t ahead = std::rotr(occupied_[level], static_cast<int>(here & (kSlots - 1)));
    // Between two slots of its level, what lies in the one behind is a whole turn away.
    int64_t distance = kSlots;
    if (!begins(level)) ahead &= ~uint64_t{1};
    if (ahead != 0) distance = std::countr_zero(ahead);
    next = std::min(next, (here + distance) << (kLevelBits * level));
  }
  return next;
}

Item* Wheel::take_first(int level) {
  if (!begins(level)) return nullptr;
  Item* first = slots_[level][at_level(current_, level) & (kSlots - 1)];
  if (first != nullptr) remove(first);
  return first;
}

Item* Wheel::advance(int64_t now_tick, uint32_t* looks) {
  while (*looks > 0) {
    const int64_t next = next_tick();
    if (next > now_tick) {
      current_ = std::max(current_, now_tick);
      return nullptr;
    }
    current_ = next;
    --*looks;
    // Whichever level it comes from, its owner looks at its deadline and puts it back if it is not due.
    for (int level = kLevels - 1; level >= 0; --level) {
      if (Item* item = take_first(level); item != nullptr) return item;
    }
    WEIR_ASSERT(false);
  }
  return nullptr;
}

}  // namespace weir::buffer
