// What lies behind weir_buffer and weir_value. Both are made for calls of some 50 ns:
//
//  - A call on a buffer is not counted inside its shell, as Use would: it copies the engine's Ref, and the engine itself
//    tells a Ref that has been closed. So threads that use one handle share no cache line that is written.
//  - Shells of values rest in a cache of the thread that freed them, not in the pool with its mutex.
#pragma once

#include <weir/buffer.h>

#include "api/handle.h"
#include "engine/buffer/buffer.h"

namespace weir::api {

struct alignas(128) BufferShell : Shell {
  using Public = weir_buffer;
  static constexpr const char* kNoun = "buffer";
  static constexpr uint32_t kMagic = 0x42554646;
  static constexpr size_t kQuarantine = api::kQuarantine;
  std::unique_ptr<buffer::Handle> handle;
  // What calls need, for they may read while the shell is closed and opened anew: relaxed, because a mixture of two
  // uses fits no owner. `state` orders them otherwise.
  std::atomic<buffer::Table*> table{nullptr};
  std::atomic<uint64_t> owner{0};
  std::atomic<uint64_t> record_bytes_max{0};
  void clear() noexcept { handle.reset(); }
};

// Finds the Ref of an open handle.
Status enter_buffer(const weir_buffer* handle, BufferShell** out, buffer::Ref* out_ref);

struct ValueShell : Shell {
  using Public = weir_value;
  static constexpr const char* kNoun = "value";
  static constexpr uint32_t kMagic = 0x56414c55;
  static constexpr size_t kQuarantine = api::kQuarantine;
  buffer::Item* item = nullptr;  // given out once, for this value
};
static_assert(sizeof(ValueShell) == 64);

// One weir_value in the making.
class NewValue {
 public:
  NewValue() = default;
  NewValue(const NewValue&) = delete;
  NewValue& operator=(const NewValue&) = delete;
  ~NewValue();
  // Takes the shell: what was taken out of a buffer must not get lost for want of it.
  Status prepare();
  weir_value* publish(buffer::Item* item);

 private:
  ValueShell* shell_ = nullptr;
};

}  // namespace weir::api
