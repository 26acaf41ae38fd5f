// Index: the items of one shard by the hash of their keys. Open addressing with linear probing, deletion by shifting
// back (Knuth, TAOCP 3, 6.4 R): no tombstones. Eight bytes per slot: the item's address and 22 bits of its hash, so
// that a probe touches no item but, as a rule, the right one.
//
// It grows step by step: what is in the old slots moves a few per change, so no call pays for all of it.
// Thread class: exclusive (the shard's mutex).
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/buffer/item.h"

namespace weir::buffer {

class Index {
 public:
  static constexpr size_t kSlotsMax = size_t{1} << 22;
  static constexpr size_t kItemsMax = kSlotsMax / 4 * 3;

  Index() = default;
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;
  ~Index() { clear(); }

  size_t size() const { return size_; }

  // `meanwhile` is called, perhaps more than once, while the line of an item comes from far away.
  template <typename Meanwhile>
  Item* find(uint64_t hash, ByteView key, Meanwhile&& meanwhile) const {
    if (now_.slots == nullptr) return nullptr;
    if (Item* item = now_.find(hash, key, meanwhile); item != nullptr) return item;
    return before_.slots == nullptr ? nullptr : before_.find(hash, key, meanwhile);
  }
  // Room for one more; false: no memory, or kItemsMax is reached. Nothing changed then.
  bool reserve();
  // After reserve(); no item of the same key may be here.
  void insert(Item* item);
  void erase(const Item* item);
  // Puts `other`, of the same key, in the place of `item`.
  void replace(const Item* item, Item* other);
  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (const Slots* slots : {&before_, &now_}) {
      for (size_t at = 0; slots->slots != nullptr && at <= slots->mask; ++at) {
        if (slots->slots[at] != 0) visit(item_of(slots->slots[at]));
      }
    }
  }
  void clear();  // forgets the items and gives the memory back

 private:
  static constexpr size_t kSlotsMin = 16;
  static constexpr size_t kMovedPerChange = 16;
  static constexpr int kHashBits = 22;
  static constexpr uint64_t kHashMask = (uint64_t{1} << kHashBits) - 1;

  // An item's address is a multiple of 64 below 2^48: 42 bits of it, above 22 bits of the hash.
  static uint64_t slot_of(const Item* item) {
    return (reinterpret_cast<uintptr_t>(item) >> 6 << kHashBits) | (item->hash & kHashMask);
  }
  static Item* item_of(uint64_t slot) {
    return reinterpret_cast<Item*>(static_cast<uintptr_t>(slot >> kHashBits << 6));
  }

  struct Slots {
    uint64_t* slots = nullptr;
    size_t mask = 0;

    template <typename Meanwhile>
    Item* find(uint64_t hash, ByteView key, Meanwhile&& meanwhile) const {
      for (size_t at = hash & mask; slots[at] != 0; at = (at + 1) & mask) {
        if (((slots[at] ^ hash) & kHashMask) != 0) continue;
        Item* item = item_of(slots[at]);
        __builtin_prefetch(item, 1);
        meanwhile();
        if (item->has_key(key)) return item;
      }
      return nullptr;
    }
    size_t place_of(const Item* item) const;  // mask + 1: it is not here
    void insert(uint64_t slot);
    void erase_at(size_t hole);
  };

  bool grow();
  void move_some();
  static void release(Slots* slots);

  Slots now_;
  Slots before_;      // what it grew from, while something is left in it
  size_t moved_ = 0;  // slots of before_ that are empty for good
  size_t size_ = 0;
};

}  // namespace weir::buffer
