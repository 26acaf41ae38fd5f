// Item: one key with its value. The item itself is two cache lines, and items lie close together; the value, and a key of
// more than 24 bytes, have a block of their own. Looking one up touches one line beside the index, and not the value.
//
// A value outlives its item's stay in the shard for as long as callers hold it. Handing one out is a plain addition
// (`given`, guarded by the shard); giving it back an atomic one (`references`), from any thread and without the shard.
// While the item is in its shard, `references` is kPresent minus what came back; when it leaves, `given` comes on top
// and kPresent goes. Whoever brings it to zero frees it.
#pragma once

#include <atomic>
#include <cstring>

#include "base/bytes.h"

namespace weir::buffer {

struct alignas(64) Item {
  static constexpr size_t kInlineKeyBytesMax = 24;
  static constexpr int64_t kPresent = int64_t{1} << 62;

  // --- what a read touches: `references` is anybody's; sizes, key and value never change once another may see them;
  // the rest is guarded by the shard ---
  uint8_t* block = nullptr;  // a long key, then the value; nullptr when both are empty
  int64_t deadline_ns = 0;
  // 40 bits of milliseconds; not one bit field with the next, which others read without the shard.
  uint32_t expiry_low = 0;
  uint8_t expiry_high = 0;
  uint8_t visited = 0;  // 1: read since the eviction hand came by
  uint16_t key_bytes = 0;
  std::atomic<int64_t> references{kPresent};
  uint32_t given = 0;
  uint32_t value_bytes = 0;
  uint8_t inline_key[kInlineKeyBytesMax] = {};

  // --- guarded by the shard ---
  Item* wheel_previous = nullptr;
  Item* wheel_next = nullptr;
  Item* sieve_newer = nullptr;
  Item* sieve_older = nullptr;
  uint64_t hash = 0;
  uint64_t count_pass = 0;  // of Shard::count_step_locked, which looked at it last
  uint32_t wheel_slot = 0;
  uint32_t block_bytes = 0;  // room in `block`, the long key not counted

  static constexpr uint64_t kOwnBytes = 128;
  static uint64_t long_key_bytes(uint64_t key_bytes) {
    return key_bytes <= kInlineKeyBytesMax ? 0 : align_up(key_bytes, 8);
  }
  static uint64_t room_of(uint64_t value_bytes) { return align_up(value_bytes, 64); }
  // What an item takes of the bounds: about what it takes of the heap.
  static uint64_t bytes_of(uint64_t key_bytes, uint64_t value_bytes) {
    return kOwnBytes + long_key_bytes(key_bytes) + room_of(value_bytes);
  }
  uint64_t bytes() const { return kOwnBytes + long_key_bytes(key_bytes) + block_bytes; }

  int64_t expiry_ms() const { return (int64_t{expiry_high} << 32) | expiry_low; }
  void set_expiry_ms(int64_t ms) {
    expiry_low = static_cast<uint32_t>(ms);
    expiry_high = static_cast<uint8_t>(ms >> 32);
  }
  ByteView key() const { return {key_bytes <= kInlineKeyBytesMax ? inline_key : block, key_bytes}; }
  ByteView value() const { return {block + long_key_bytes(key_bytes), value_bytes}; }
  bool has_key(ByteView wanted) const {
    return key_bytes == wanted.size() &&
           std::memcmp(key_bytes <= kInlineKeyBytesMax ? inline_key : block, wanted.data(),
                       key_bytes) == 0;
  }
  void write_value(ByteView value) {
    value_bytes = static_cast<uint32_t>(value.size());
    if (!value.empty()) std::memcpy(block + long_key_bytes(key_bytes), value.data(), value.size());
  }
  // Nobody holds its value, and with the shard held nobody can begin to.
  bool is_unheld() const {
    // Acquire: pairs with the release in give_back; what its holders read may be overwritten then.
    return references.load(std::memory_order_acquire) + given == kPresent;
  }
  // One more holder.
  void give() {
    // Before it overflows: while the item is present, the sum is what counts.
    if (++given == UINT32_MAX) {
      references.fetch_add(given, std::memory_order_relaxed);
      given = 0;
    }
  }

  // nullptr when there is no memory.
  static Item* create(ByteView key, ByteView value, uint64_t hash);
  // The shard's end of it: it is in no structure any more.
  static void leave(Item* item);
  // A holder's.
  static void give_back(Item* item);
};
static_assert(sizeof(Item) == Item::kOwnBytes);

}  // namespace weir::buffer
