#include "engine/buffer/index.h"

#include <cstring>

#include "base/assert.h"
#include "base/heap.h"

namespace weir::buffer {

size_t Index::Slots::place_of(const Item* item) const {
  const uint64_t wanted = slot_of(item);
  for (size_t at = wanted & mask; slots[at] != 0; at = (at + 1) & mask) {
    if (slots[at] == wanted) return at;
  }
  return mask + 1;
}

void Index::Slots::insert(uint64_t slot) {
  size_t at = slot & kHashMask & mask;
  while (slots[at] != 0) at = (at + 1) & mask;
  slots[at] = slot;
}

void Index::Slots::erase_at(size_t hole) {
  for (size_t at = (hole + 1) & mask; slots[at] != 0; at = (at + 1) & mask) {
    const size_t home = slots[at] & mask;
    // May it move into the hole? Only when its home is not cyclically inside (hole, at].
    if (((at - home) & mask) >= ((at - hole) & mask)) {
      slots[hole] = slots[at];
      hole = at;
    }
  }
  slots[hole] = 0;
}

bool Index::reserve() {
  if (size_ + 1 > kItemsMax) return false;
  const size_t capacity = now_.slots == nullptr ? 0 : (now_.mask + 1) / 4 * 3;
  return size_ < capacity || grow();
}

bool Index::grow() {
  // Enough changes happened since the last time: all of it has moved.
  while (before_.slots != nullptr) move_some();
  const size_t count = now_.slots == nullptr ? kSlotsMin : (now_.mask + 1) * 2;
  auto* slots = static_cast<uint64_t*>(heap::allocate(count * sizeof(uint64_t)));
  if (slots == nullptr) return false;
  std::memset(slots, 0, count * sizeof(uint64_t));
  before_ = now_;
  moved_ = 0;
  now_ = {slots, count - 1};
  return true;
}

void Index::move_some() {
  for (size_t i = 0; i < kMovedPerChange && before_.slots != nullptr; ++i) {
    // Shifting back never fills a slot before the one that is emptied.
    while (before_.slots[moved_] != 0) {
      now_.insert(before_.slots[moved_]);
      before_.erase_at(moved_);
    }
    if (moved_++ == before_.mask) release(&before_);
  }
}

void Index::insert(Item* item) {
  WEIR_ASSERT(reinterpret_cast<uintptr_t>(item) >> 48 == 0);
  move_some();
  now_.insert(slot_of(item));
  ++size_;
}

void Index::erase(const Item* item) {
  Slots* slots = &now_;
  size_t at = slots->place_of(item);
  if (at > slots->mask) {
    WEIR_ASSERT(before_.slots != nullptr);
    slots = &before_;
    at = slots->place_of(item);
    WEIR_ASSERT(at <= slots->mask);
  }
  slots->erase_at(at);
  --size_;
}

void Index::replace(const Item* item, Item* other) {
  WEIR_ASSERT(reinterpret_cast<uintptr_t>(other) >> 48 == 0);
  Slots* slots = &now_;
  size_t at = slots->place_of(item);
  if (at > slots->mask) {
    slots = &before_;
    at = slots->place_of(item);
    WEIR_ASSERT(at <= slots->mask);
  }
  slots->slots[at] = slot_of(other);
}

void Index::clear() {
  release(&now_);
  release(&before_);
  size_ = 0;
}

void Index::release(Slots* slots) {
  if (slots->slots != nullptr) heap::release(slots->slots);
  *slots = {};
}

}  // namespace weir::buffer
