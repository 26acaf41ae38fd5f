#include <weir/buffer.h>

#include <numeric>
#include <span>

#include "api/buffer_options.h"
#include "api/buffer_shells.h"
#include "api/check.h"
#include "api/guard.h"
#include "api/options.h"
#include "api/shells.h"

namespace weir::api {

namespace {

constexpr size_t kManyCountMax = 1'000'000;

Status refused_buffer(const weir_buffer* handle) {
  const Shell* shell = pool_of<BufferShell>().find(handle);
  if (shell == nullptr) return not_a_handle(BufferShell::kNoun, handle);
  if (shell->magic != BufferShell::kMagic) return damaged_handle(BufferShell::kNoun);
  return Code::kClosed;
}

struct Call {
  BufferShell* shell = nullptr;
  buffer::Ref ref;
  ByteView key;
};

Status check_key(const void* key, size_t key_size) {
  WEIR_TRY(check_pointer("key", key));
  return check_range("key_size", key_size, 1, buffer::kKeyBytesMax);
}

// What every call on one item begins with.
Status enter(const weir_buffer* handle, const void* key, size_t key_size, Call* call) {
  WEIR_TRY(enter_buffer(handle, &call->shell, &call->ref));
  if (key == nullptr || key_size - 1 >= buffer::kKeyBytesMax) return check_key(key, key_size);
  call->key = as_bytes(key, key_size);
  return {};
}

Status check_expiry(int64_t expiry_ms) {
  if (expiry_ms >= 0 && expiry_ms <= buffer::kExpiryMsMax) return {};
  return {Code::kInvalidArgument,
          text("expiry_ms is ", expiry_ms, "; it goes from 0, the buffer's own, to ",
               buffer::kExpiryMsMax)};
}

Status check_item_bytes(const BufferShell& shell, size_t key_size, size_t size) {
  const uint64_t bytes_max = shell.record_bytes_max.load(std::memory_order_relaxed);
  if (size <= bytes_max && key_size + size <= bytes_max) return {};
  return {Code::kTooLarge, text("a key of ", key_size, " bytes and a value of ", size,
                                " are above record_bytes_max, which is ", bytes_max)};
}

// The store of a buffer whose set found its budget full: the slow way, with the handle held.
Status set_with_room(const weir_buffer* handle, const Call& call, ByteView value, int64_t expiry_ms,
                     bool only_if_absent) {
  std::shared_ptr<store::Store> store;
  {
    Use<BufferShell> use;
    WEIR_TRY(use.enter(handle));
    store = use->handle->store();
  }
  return buffer::Handle::set(call.ref, *store, call.key, value, {expiry_ms}, only_if_absent);
}

Status set_item(const weir_buffer* handle, const void* key, size_t key_size, const void* data,
                size_t size, int64_t expiry_ms, bool only_if_absent) {
  Call call;
  WEIR_TRY(enter(handle, key, key_size, &call));
  WEIR_ASSIGN(const ByteView value, check_data("data", data, size));
  WEIR_TRY(check_expiry(expiry_ms));
  WEIR_TRY(check_item_bytes(*call.shell, key_size, size));
  Status status =
      call.ref.table->set(call.ref.owner, call.key, value, {expiry_ms}, only_if_absent, false);
  if (status.code() != Code::kBusy) return status;
  return set_with_room(handle, call, value, expiry_ms, only_if_absent);
}

enum class Read : uint8_t { kGet, kPeek, kTake };

Status read_item(const weir_buffer* handle, const void* key, size_t key_size, weir_value** out,
                 Read how) {
  WEIR_TRY(check_out("out", out));
  Call call;
  WEIR_TRY(enter(handle, key, key_size, &call));
  NewValue value;
  WEIR_TRY(value.prepare());
  buffer::Item* item = nullptr;
  WEIR_TRY(how == Read::kTake
               ? call.ref.table->take(call.ref.owner, call.key, &item)
               : call.ref.table->get(call.ref.owner, call.key, how == Read::kGet, &item));
  *out = value.publish(item);
  return {};
}

Result<std::span<const uint32_t>> check_all_sizes(const char* what, const uint32_t* sizes,
                                                  size_t count, size_t sum_wanted) {
  if (count > 0) WEIR_TRY(check_pointer(what, sizes));
  const std::span<const uint32_t> all(sizes, count);
  const uint64_t sum = std::accumulate(all.begin(), all.end(), uint64_t{0});
  if (sum == sum_wanted) return all;
  return Status(Code::kInvalidArgument,
                text(what, " add up to ", sum, " bytes; there are ", sum_wanted));
}

weir_buffer_statistics to_c(const buffer::Statistics& from) {
  weir_buffer_statistics to = {};
  to.item_count = from.item_count;
  to.bytes = from.bytes;
  to.get_count = from.counted.get_count;
  to.hit_count = from.counted.hit_count;
  to.set_count = from.counted.set_count;
  to.removed_count = from.counted.removed_count;
  to.expired_count = from.counted.expired_count;
  to.evicted_count = from.counted.evicted_count;
  to.refused_count = from.counted.refused_count;
  to.call_expiry_max = from.counted.call_expiry_max;
  to.event_count = from.event_count;
  to.event_lost_count = from.event_lost_count;
  return to;
}

}  // namespace

Status enter_buffer(const weir_buffer* handle, BufferShell** out, buffer::Ref* out_ref) {
  BufferShell* shell = look<BufferShell>(handle);
  if (shell == nullptr || shell->magic != BufferShell::kMagic) return refused_buffer(handle);
  if (shell->fork_generation != env::fork_generation()) return Code::kForked;
  *out = shell;
  *out_ref = {shell->table.load(std::memory_order_relaxed),
              shell->owner.load(std::memory_order_relaxed)};
  return {};
}

}  // namespace weir::api

using namespace weir::api;  // NOLINT(google-build-using-namespace): the C side of this layer
using weir::Code;
using weir::Status;

weir_status weir_buffer_options_init(weir_buffer_options* options, size_t struct_size) noexcept {
  return guard(nullptr, [&] { return init_buffer_options(options, struct_size); });
}

weir_status weir_buffer_options_set(weir_buffer_options* options, const char* name,
                                    const char* value, weir_error* err) noexcept {
  return guard(err, [&] { return set_buffer_option(options, name, value); });
}

weir_status weir_buffer_open(weir_store* store, const char* name,
                             const weir_buffer_options* options, weir_buffer** out,
                             weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out("out", out));
    Use<StoreShell> use;
    WEIR_TRY(use.enter(store));
    WEIR_ASSIGN(const auto checked,
                check_text("buffer name", name, 1, weir::buffer::kNameBytesMax));
    WEIR_ASSIGN(const auto open, read_buffer_options(options));
    New<BufferShell> shell;
    WEIR_TRY(shell.prepare());
    WEIR_ASSIGN(shell->handle, weir::buffer::Handle::open(use->store, checked,
                                                          options == nullptr ? nullptr : &open));
    const weir::buffer::Ref ref = shell->handle->ref();
    shell->table.store(ref.table, std::memory_order_relaxed);
    shell->owner.store(ref.owner, std::memory_order_relaxed);
    shell->record_bytes_max.store(use->store->options().record_bytes_max,
                                  std::memory_order_relaxed);
    *out = shell.publish();
    return {};
  });
}

weir_status weir_buffer_close(weir_buffer* buffer, weir_error* err) noexcept {
  if (buffer == nullptr) return WEIR_OK;
  return guard(err, [&]() -> Status {
    Use<BufferShell> use;
    WEIR_TRY(use.enter(buffer));
    if (!use.close()) return Code::kClosed;
    const Closing<BufferShell> closing(use.take_closed());
    return closing->handle->close();
  });
}

weir_status weir_buffer_id_make(int64_t handle, void* out_id) noexcept {
  return guard(nullptr, [&]() -> Status {
    WEIR_TRY(check_pointer("out_id", out_id));
    static_assert(weir::buffer::kIdBytes == WEIR_BUFFER_ID_BYTES);
    weir::buffer::make_id(weir::env::posix_env(), handle, static_cast<uint8_t*>(out_id));
    return {};
  });
}

weir_status weir_buffer_set(weir_buffer* buffer, const void* key, size_t key_size, const void* data,
                            size_t size, int64_t expiry_ms, weir_error* err) noexcept {
  return guard(err, [&] { return set_item(buffer, key, key_size, data, size, expiry_ms, false); });
}

weir_status weir_buffer_set_if_absent(weir_buffer* buffer, const void* key, size_t key_size,
                                      const void* data, size_t size, int64_t expiry_ms,
                                      weir_error* err) noexcept {
  return guard(err, [&] { return set_item(buffer, key, key_size, data, size, expiry_ms, true); });
}

weir_status weir_buffer_set_many(weir_buffer* buffer, const void* keys, size_t keys_size,
                                 const uint32_t* key_sizes, const void* data, size_t data_size,
                                 const uint32_t* sizes, size_t count, int64_t expiry_ms,
                                 uint64_t* out_count, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    if (out_count != nullptr) *out_count = 0;
    BufferShell* shell = nullptr;
    weir::buffer::Ref ref;
    WEIR_TRY(enter_buffer(buffer, &shell, &ref));
    WEIR_TRY(check_range("count", count, 0, kManyCountMax));
    WEIR_ASSIGN(const auto all_keys, check_data("keys", keys, keys_size));
    WEIR_ASSIGN(const auto all_data, check_data("data", data, data_size));
    WEIR_ASSIGN(const auto key_bytes, check_all_sizes("key_sizes", key_sizes, count, keys_size));
    WEIR_ASSIGN(const auto value_bytes, check_all_sizes("sizes", sizes, count, data_size));
    size_t key_at = 0;
    size_t data_at = 0;
    for (size_t i = 0; i < count; ++i) {
      // Never NULL, so that an empty key is told as one.
      const void* key = key_bytes[i] == 0 ? static_cast<const void*>("") : all_keys.data() + key_at;
      WEIR_TRY(set_item(buffer, key, key_bytes[i],
                        value_bytes[i] == 0 ? nullptr : all_data.data() + data_at, value_bytes[i],
                        expiry_ms, false));
      key_at += key_bytes[i];
      data_at += value_bytes[i];
      if (out_count != nullptr) *out_count = i + 1;
    }
    return {};
  });
}

weir_status weir_buffer_get(weir_buffer* buffer, const void* key, size_t key_size, weir_value** out,
                            weir_error* err) noexcept {
  return guard(err, [&] { return read_item(buffer, key, key_size, out, Read::kGet); });
}

weir_status weir_buffer_peek(weir_buffer* buffer, const void* key, size_t key_size,
                             weir_value** out, weir_error* err) noexcept {
  return guard(err, [&] { return read_item(buffer, key, key_size, out, Read::kPeek); });
}

weir_status weir_buffer_take(weir_buffer* buffer, const void* key, size_t key_size,
                             weir_value** out, weir_error* err) noexcept {
  return guard(err, [&] { return read_item(buffer, key, key_size, out, Read::kTake); });
}

weir_status weir_buffer_get_into(weir_buffer* buffer, const void* key, size_t key_size, void* data,
                                 size_t capacity, size_t* out_size, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_pointer("out_size", out_size));
    *out_size = 0;
    Call call;
    WEIR_TRY(enter(buffer, key, key_size, &call));
    if (data == nullptr && capacity != 0) WEIR_TRY(check_pointer("data", data));
    return call.ref.table->copy(call.ref.owner, call.key, true,
                                {static_cast<uint8_t*>(data), capacity}, out_size);
  });
}

weir_status weir_buffer_remove(weir_buffer* buffer, const void* key, size_t key_size,
                               weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    Call call;
    WEIR_TRY(enter(buffer, key, key_size, &call));
    return call.ref.table->remove(call.ref.owner, call.key);
  });
}

weir_status weir_buffer_touch(weir_buffer* buffer, const void* key, size_t key_size,
                              int64_t expiry_ms, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    Call call;
    WEIR_TRY(enter(buffer, key, key_size, &call));
    WEIR_TRY(check_expiry(expiry_ms));
    return call.ref.table->touch(call.ref.owner, call.key, {expiry_ms});
  });
}

weir_status weir_buffer_remaining(weir_buffer* buffer, const void* key, size_t key_size,
                                  int64_t* out_remaining_ms, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_pointer("out_remaining_ms", out_remaining_ms));
    *out_remaining_ms = 0;
    Call call;
    WEIR_TRY(enter(buffer, key, key_size, &call));
    int64_t remaining_ns = 0;
    WEIR_TRY(call.ref.table->remaining(call.ref.owner, call.key, &remaining_ns));
    // Up, so that what is alive never shows nothing.
    constexpr int64_t kUnit = weir::env::kNanosecondsPerMillisecond;
    *out_remaining_ms = remaining_ns / kUnit + (remaining_ns % kUnit != 0 ? 1 : 0);
    return {};
  });
}

weir_status weir_buffer_count(weir_buffer* buffer, uint64_t* out_count, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_pointer("out_count", out_count));
    *out_count = 0;
    BufferShell* shell = nullptr;
    weir::buffer::Ref ref;
    WEIR_TRY(enter_buffer(buffer, &shell, &ref));
    return ref.table->count(ref.owner, out_count);
  });
}

weir_status weir_buffer_clear(weir_buffer* buffer, uint64_t* out_count, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    if (out_count != nullptr) *out_count = 0;
    BufferShell* shell = nullptr;
    weir::buffer::Ref ref;
    WEIR_TRY(enter_buffer(buffer, &shell, &ref));
    uint64_t count = 0;
    WEIR_TRY(ref.table->clear(ref.owner, &count));
    if (out_count != nullptr) *out_count = count;
    return {};
  });
}

weir_status weir_buffer_expired(weir_buffer* buffer, void* keys, size_t capacity,
                                uint32_t* key_sizes, size_t count_max, size_t* out_count,
                                weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_pointer("out_count", out_count));
    *out_count = 0;
    BufferShell* shell = nullptr;
    weir::buffer::Ref ref;
    WEIR_TRY(enter_buffer(buffer, &shell, &ref));
    WEIR_TRY(check_pointer("keys", keys));
    WEIR_TRY(check_pointer("key_sizes", key_sizes));
    WEIR_TRY(check_range("count_max", count_max, 1, kManyCountMax));
    size_t bytes = 0;
    return ref.table->take_events(ref.owner, {static_cast<uint8_t*>(keys), capacity},
                                  {key_sizes, count_max}, out_count, &bytes);
  });
}

weir_status weir_buffer_stats(weir_buffer* buffer, weir_buffer_statistics* out,
                              weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_pointer("out", out));
    WEIR_TRY(check_out_struct("buffer_statistics", out));
    BufferShell* shell = nullptr;
    weir::buffer::Ref ref;
    WEIR_TRY(enter_buffer(buffer, &shell, &ref));
    weir::buffer::Statistics counts;
    WEIR_TRY(ref.table->stats(ref.owner, &counts));
    write_struct(out, to_c(counts));
    return {};
  });
}
