// Sieve: which item to evict. SIEVE (Zhang et al., "SIEVE is Simpler than LRU", NSDI 2024): items in the order of their
// arrival; a hand goes from the oldest to the newest, spares whoever was read since it came by, and evicts the first who
// was not. A read only sets a flag in a cache line that it has anyway, and a scan evicts itself.
// Thread class: exclusive (the shard's mutex).
#pragma once

#include "engine/buffer/item.h"

namespace weir::buffer {

class Sieve {
 public:
  void insert(Item* item);
  void remove(Item* item);
  void replace(const Item* item, Item* other);
  // The one to evict, still in the list; nullptr when it is empty. `keep` (may be null) is spared. Looks at no more than
  // kLooksMax items: after that the hand takes whom it meets.
  Item* choose(const Item* keep);

 private:
  static constexpr int kLooksMax = 64;
  Item* newest_ = nullptr;
  Item* oldest_ = nullptr;
  Item* hand_ = nullptr;
};

}  // namespace weir::buffer
