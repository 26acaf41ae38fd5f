// A hash map from 64-bit numbers to small values: open addressing, linear probing, deletion by shifting back (Knuth,
// TAOCP 3, 6.4 R), so there are no tombstones and a steady state allocates nothing. Key 0 is not allowed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/assert.h"

namespace weir {

template <typename V>
class FlatMap {
 public:
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  V* find(uint64_t key) {
    if (size_ == 0) return nullptr;
    for (size_t at = slot_of(key);; at = (at + 1) & mask()) {
      if (slots_[at].key == key) return &slots_[at].value;
      if (slots_[at].key == 0) return nullptr;
    }
  }
  const V* find(uint64_t key) const { return const_cast<FlatMap*>(this)->find(key); }

  // The value of the key, made when missing. Pointers to other values become invalid.
  V& insert(uint64_t key) {
    WEIR_ASSERT(key != 0);
    if ((size_ + 1) * 4 > slots_.size() * 3) grow();
    size_t at = slot_of(key);
    while (slots_[at].key != 0 && slots_[at].key != key) at = (at + 1) & mask();
    if (slots_[at].key == 0) {
      slots_[at].key = key;
      slots_[at].value = V();
      ++size_;
    }
    return slots_[at].value;
  }

  // Room for `count` more, so that inserting them allocates nothing.
  void reserve(size_t count) {
    while ((size_ + count) * 4 > slots_.size() * 3) grow();
  }

  bool erase(uint64_t key) {
    if (size_ == 0) return false;
    size_t hole = slot_of(key);
    while (slots_[hole].key != key) {
      if (slots_[hole].key == 0) return false;
      hole = (hole + 1) & mask();
    }
    for (size_t at = (hole + 1) & mask(); slots_[at].key != 0; at = (at + 1) & mask()) {
      const size_t home = slot_of(slots_[at].key);
      // May the element at `at` move into the hole? Only when its home is not cyclically inside (hole, at].
      if (((at - home) & mask()) >= ((at - hole) & mask())) {
        slots_[hole] = std::move(slots_[at]);
        hole = at;
      }
    }
    slots_[hole] = Slot();
    --size_;
    return true;
  }

  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (const Slot& slot : slots_) {
      if (slot.key != 0) visit(slot.key, slot.value);
    }
  }
  void clear() {
    slots_.clear();
    size_ = 0;
  }

 private:
  struct Slot {
    uint64_t key = 0;
    V value{};
  };
  size_t mask() const { return slots_.size() - 1; }
  // Fibonacci hashing (Knuth 6.4): spreads the dense numbers that ids are.
  size_t slot_of(uint64_t key) const {
    return static_cast<size_t>((key * 0x9E3779B97F4A7C15ull) >> 20) & mask();
  }
  void grow() {
    std::vector<Slot> old =
        std::exchange(slots_, std::vector<Slot>(slots_.empty() ? 16 : slots_.size() * 2));
    size_ = 0;
    for (Slot& slot : old) {
      if (slot.key != 0) insert(slot.key) = std::move(slot.value);
    }
  }

  std::vector<Slot> slots_;
  size_t size_ = 0;
};

}  // namespace weir
