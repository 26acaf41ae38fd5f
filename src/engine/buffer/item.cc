#include "engine/buffer/item.h"

#include <cstddef>
#include <new>

#include "base/assert.h"
#include "base/heap.h"

namespace weir::buffer {

static_assert(offsetof(Item, inline_key) + Item::kInlineKeyBytesMax == 64);

namespace {

void destroy(Item* item) {
  if (item->block != nullptr) heap::release(item->block);
  heap::release(item);
}

}  // namespace

Item* Item::create(ByteView key, ByteView value, uint64_t hash) {
  const uint64_t room = room_of(value.size());
  const uint64_t block_bytes = long_key_bytes(key.size()) + room;
  void* memory = heap::allocate(sizeof(Item));
  if (memory == nullptr) return nullptr;
  Item* item = new (memory) Item;
  if (block_bytes > 0) {
    item->block = static_cast<uint8_t*>(heap::allocate(block_bytes));
    if (item->block == nullptr) {
      heap::release(item);
      return nullptr;
    }
  }
  item->hash = hash;
  item->block_bytes = static_cast<uint32_t>(room);
  item->key_bytes = static_cast<uint16_t>(key.size());
  std::memcpy(key.size() <= kInlineKeyBytesMax ? item->inline_key : item->block, key.data(),
              key.size());
  item->write_value(value);
  return item;
}

void Item::leave(Item* item) {
  const int64_t change = int64_t{item->given} - kPresent;
  // acq_rel: the last one out must see all that the others did before the memory is used again.
  if (item->references.fetch_add(change, std::memory_order_acq_rel) + change == 0) destroy(item);
}

void Item::give_back(Item* item) {
  // As above. While the item is in its shard the result is far from zero.
  if (item->references.fetch_sub(1, std::memory_order_acq_rel) == 1) destroy(item);
}

}  // namespace weir::buffer
