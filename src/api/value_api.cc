// weir_value: a shell around an item that the engine gave out, and the cache of shells that each thread keeps.
#include <utility>

#include "api/buffer_shells.h"
#include "api/guard.h"

namespace weir::api {

namespace {

// Closed shells of one thread, first in, first out. The newest kRest stay until others were freed, so that a stale
// handle is told so; with the tags, until kRest * kTagCount more values were made on this thread.
class ShellCache {
 public:
  static constexpr size_t kRest = 32;
  static constexpr size_t kSlots = 128;  // a power of two

  ShellCache() = default;
  ShellCache(const ShellCache&) = delete;
  ShellCache& operator=(const ShellCache&) = delete;
  ~ShellCache();

  ValueShell* take() {
    if (count_ > kRest) {
      --count_;
      return shells_[first_++ % kSlots];
    }
    return static_cast<ValueShell*>(pool_of<ValueShell>().take(nullptr));
  }
  void put(ValueShell* shell) {
    if (count_ == kSlots) give_half_back();
    shells_[(first_ + count_++) % kSlots] = shell;
  }

 private:
  void give_back() {
    pool_of<ValueShell>().put(shells_[first_++ % kSlots], nullptr);
    --count_;
  }
  void give_half_back() {
    while (count_ > kSlots / 2) give_back();
  }

  ValueShell* shells_[kSlots] = {};
  size_t first_ = 0;
  size_t count_ = 0;
};

// True once the thread's cache is gone: other destructors of the thread may still free values.
thread_local bool cache_is_gone = false;

ShellCache::~ShellCache() {
  cache_is_gone = true;
  while (count_ > 0) give_back();
}

ShellCache& cache() {
  thread_local ShellCache of_this_thread;
  return of_this_thread;
}

ValueShell* take_shell() {
  if (cache_is_gone) return static_cast<ValueShell*>(pool_of<ValueShell>().take(nullptr));
  return cache().take();
}

void put_shell(ValueShell* shell) {
  if (cache_is_gone) {
    pool_of<ValueShell>().put(shell, nullptr);
  } else {
    cache().put(shell);
  }
}

}  // namespace

NewValue::~NewValue() {
  if (shell_ != nullptr) put_shell(shell_);
}

Status NewValue::prepare() {
  shell_ = take_shell();
  return shell_ != nullptr ? Status() : Status(Code::kNoMemory);
}

weir_value* NewValue::publish(buffer::Item* item) {
  ValueShell* shell = std::exchange(shell_, nullptr);
  shell->item = item;
  ++shell->generation;
  shell->fork_generation = env::fork_generation();
  // Release: pairs with look(). A store, because nobody counts calls inside a value.
  shell->state.store(Shell::kOpen, std::memory_order_release);
  return reinterpret_cast<weir_value*>(reinterpret_cast<uint8_t*>(shell) +
                                       shell->generation % kTagCount);
}

}  // namespace weir::api

using namespace weir::api;  // NOLINT(google-build-using-namespace): the C side of this layer

const void* weir_value_data(const weir_value* value) noexcept {
  const ValueShell* shell = look<ValueShell>(value);
  return shell == nullptr ? nullptr : shell->item->value().data();
}

size_t weir_value_size(const weir_value* value) noexcept {
  const ValueShell* shell = look<ValueShell>(value);
  return shell == nullptr ? 0 : shell->item->value_bytes;
}

void weir_value_free(weir_value* value) noexcept {
  if (value == nullptr) return;
  ValueShell* shell = close_unshared<ValueShell>(value);
  if (shell == nullptr) return;
  weir::buffer::Item::give_back(std::exchange(shell->item, nullptr));
  // The pool may be asked for its mutex, never for memory: nothing here throws.
  put_shell(shell);
}
