#include <weir/queue.h>

#include <numeric>
#include <span>

#include "api/check.h"
#include "api/guard.h"
#include "api/messages.h"
#include "api/named_object.h"
#include "api/options.h"
#include "api/queue_options.h"
#include "api/shells.h"

namespace weir::api {

namespace {

constexpr uint64_t kPushManyBytesMax = 64ull << 20;

Status check_out_result(const weir_push_result* out) {
  return out == nullptr ? Status() : check_out_struct("push_result", out);
}

void write_result(const queue::PushResult& from, weir_push_result* out) {
  if (out == nullptr) return;
  weir_push_result to = {};
  to.level = static_cast<uint32_t>(from.level);
  to.id = from.id;
  to.count = from.count;
  to.duplicate_count = from.duplicate_count;
  write_struct(out, to);
}

Result<std::span<const uint32_t>> check_sizes(const uint32_t* sizes, size_t count,
                                              size_t data_size) {
  if (count > 0) WEIR_TRY(check_pointer("sizes", sizes));
  WEIR_TRY(check_range("count", count, 0, queue::kManyCountMax));
  if (data_size > kPushManyBytesMax) {
    return Status(Code::kTooLarge,
                  text("data_size is ", data_size, "; it is at most ", kPushManyBytesMax));
  }
  const std::span<const uint32_t> all(sizes, count);
  const uint64_t sum = std::accumulate(all.begin(), all.end(), uint64_t{0});
  if (sum != data_size) {
    return Status(Code::kInvalidArgument,
                  text("sizes add up to ", sum, " bytes and data_size is ", data_size));
  }
  return all;
}

Result<std::span<const uint64_t>> check_ids(const uint64_t* ids, size_t count) {
  if (count > 0) WEIR_TRY(check_pointer("ids", ids));
  WEIR_TRY(check_range("count", count, 0, queue::kManyCountMax));
  return std::span<const uint64_t>(ids, count);
}

weir_queue_statistics to_c(const queue::Statistics& from) {
  weir_queue_statistics to = {};
  to.kind = static_cast<uint32_t>(from.kind);
  to.message_count = from.message_count;
  to.ready_count = from.ready_count;
  to.delayed_count = from.delayed_count;
  to.in_flight_count = from.in_flight_count;
  to.push_count = from.push_count;
  to.delivery_count = from.delivery_count;
  to.redelivery_count = from.redelivery_count;
  to.ack_count = from.ack_count;
  to.nack_count = from.nack_count;
  to.lease_expiry_count = from.lease_expiry_count;
  to.duplicate_count = from.duplicate_count;
  to.memory_bytes = from.memory_bytes;
  to.disk_bytes = from.disk_bytes;
  to.first_id = from.first_id;
  to.next_id = from.next_id;
  return to;
}

Status ack_ids(queue::Handle& queue, std::span<const uint64_t> ids, uint32_t durability,
               uint64_t* out_count, uint32_t* out_level) {
  WEIR_ASSIGN(const auto wanted, check_durability(durability));
  auto level = store::Level::kMemory;
  uint64_t count = 0;
  if (!ids.empty()) WEIR_TRY(queue.ack(ids, wanted, &count, &level));
  if (out_count != nullptr) *out_count = count;
  if (out_level != nullptr) *out_level = static_cast<uint32_t>(level);
  return {};
}

}  // namespace

}  // namespace weir::api

using namespace weir::api;  // NOLINT(google-build-using-namespace): the C side of this layer
using weir::Status;

weir_status weir_queue_options_init(weir_queue_options* options, size_t struct_size) noexcept {
  return guard(nullptr, [&] { return init_queue_options(options, struct_size); });
}

weir_status weir_queue_options_set(weir_queue_options* options, const char* name, const char* value,
                                   weir_error* err) noexcept {
  return guard(err, [&] { return set_queue_option(options, name, value); });
}

weir_status weir_push_options_init(weir_push_options* options, size_t struct_size) noexcept {
  return guard(nullptr, [&] { return init_push_options(options, struct_size); });
}

weir_status weir_pop_options_init(weir_pop_options* options, size_t struct_size) noexcept {
  return guard(nullptr, [&] { return init_pop_options(options, struct_size); });
}

weir_status weir_queue_open(weir_store* store, const char* name, const weir_queue_options* options,
                            weir_queue** out, weir_error* err) noexcept {
  using Opened = weir::Result<std::unique_ptr<weir::queue::Handle>>;
  return open_object<QueueShell>(store, out, err, [&](const auto& opened_store) -> Opened {
    WEIR_ASSIGN(const auto checked, check_text("queue name", name, 1, weir::queue::kNameBytesMax));
    WEIR_ASSIGN(const auto open, read_queue_options(options));
    return weir::queue::Handle::open(opened_store, checked, open);
  });
}

weir_status weir_queue_close(weir_queue* queue, weir_error* err) noexcept {
  return close_object<QueueShell>(queue, err);
}

weir_status weir_queue_drop(weir_store* store, const char* name, weir_error* err) noexcept {
  return drop_object(store, err, [&](weir::store::Store& opened) -> Status {
    WEIR_ASSIGN(const auto checked, check_text("queue name", name, 1, weir::queue::kNameBytesMax));
    return weir::queue::drop(opened, checked);
  });
}

weir_status weir_queue_list(weir_store* store, weir_names** out, weir_error* err) noexcept {
  return list_objects(store, out, err, weir::queue::list);
}

weir_status weir_queue_push(weir_queue* queue, const void* data, size_t size,
                            const weir_push_options* options, weir_push_result* out,
                            weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out_result(out));
    Use<QueueShell> use;
    WEIR_TRY(use.enter(queue));
    WEIR_ASSIGN(const auto payload, check_data("data", data, size));
    WEIR_ASSIGN(const auto push, read_push_options(options, 1));
    weir::queue::PushResult result;
    Status pushed = use->handle->push(payload, push, &result);
    if (!pushed.failed()) write_result(result, out);
    return pushed;
  });
}

weir_status weir_queue_push_many(weir_queue* queue, const void* data, size_t data_size,
                                 const uint32_t* sizes, size_t count,
                                 const weir_push_options* options, weir_push_result* out,
                                 weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out_result(out));
    Use<QueueShell> use;
    WEIR_TRY(use.enter(queue));
    WEIR_ASSIGN(const auto payloads, check_data("data", data, data_size));
    WEIR_ASSIGN(const auto all, check_sizes(sizes, count, data_size));
    WEIR_ASSIGN(const auto push, read_push_options(options, count));
    weir::queue::PushResult result;
    Status pushed;
    if (count > 0) pushed = use->handle->push_many(payloads, all, push, &result);
    if (!pushed.failed()) write_result(result, out);
    return pushed;
  });
}

weir_status weir_queue_pop(weir_queue* queue, const weir_pop_options* options, weir_message** out,
                           weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out("out", out));
    Use<QueueShell> use;
    WEIR_TRY(use.enter(queue));
    WEIR_ASSIGN(const auto pop, read_pop_options(options));
    NewMessage message;
    WEIR_TRY(message.prepare());
    WEIR_TRY(use->handle->pop(1, pop, message.into()));
    *out = message.publish();
    return {};
  });
}

weir_status weir_queue_pop_many(weir_queue* queue, size_t count_max,
                                const weir_pop_options* options, weir_messages** out,
                                weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out("out", out));
    Use<QueueShell> use;
    WEIR_TRY(use.enter(queue));
    WEIR_TRY(check_range("count_max", count_max, 1, weir::queue::kManyCountMax));
    WEIR_ASSIGN(const auto pop, read_pop_options(options));
    NewMessages messages;
    WEIR_TRY(messages.prepare(count_max));
    WEIR_TRY(use->handle->pop(count_max, pop, messages.into()));
    *out = messages.publish();
    return {};
  });
}

weir_status weir_queue_peek(weir_queue* queue, weir_message** out, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out("out", out));
    Use<QueueShell> use;
    WEIR_TRY(use.enter(queue));
    NewMessage message;
    WEIR_TRY(message.prepare());
    WEIR_TRY(use->handle->peek(1, UINT64_MAX, message.into()));
    *out = message.publish();
    return {};
  });
}

weir_status weir_queue_peek_many(weir_queue* queue, size_t count_max, uint64_t bytes_max,
                                 weir_messages** out, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out("out", out));
    Use<QueueShell> use;
    WEIR_TRY(use.enter(queue));
    WEIR_TRY(check_range("count_max", count_max, 1, weir::queue::kManyCountMax));
    NewMessages messages;
    WEIR_TRY(messages.prepare(count_max));
    WEIR_TRY(use->handle->peek(count_max, bytes_max, messages.into()));
    *out = messages.publish();
    return {};
  });
}

weir_status weir_queue_ack(weir_queue* queue, uint64_t id, uint32_t durability, uint32_t* out_level,
                           weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    Use<QueueShell> use;
    WEIR_TRY(use.enter(queue));
    return ack_ids(*use->handle, {&id, 1}, durability, nullptr, out_level);
  });
}

weir_status weir_queue_ack_many(weir_queue* queue, const uint64_t* ids, size_t count,
                                uint32_t durability, uint64_t* out_count, uint32_t* out_level,
                                weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    if (out_count != nullptr) *out_count = 0;
    Use<QueueShell> use;
    WEIR_TRY(use.enter(queue));
    WEIR_ASSIGN(const auto all, check_ids(ids, count));
    return ack_ids(*use->handle, all, durability, out_count, out_level);
  });
}

weir_status weir_queue_nack(weir_queue* queue, uint64_t id, int64_t delay_ms,
                            weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    Use<QueueShell> use;
    WEIR_TRY(use.enter(queue));
    WEIR_TRY(check_duration("delay_ms", delay_ms));
    return use->handle->nack(id, delay_ms);
  });
}

weir_status weir_queue_extend(weir_queue* queue, uint64_t id, int64_t lease_ms,
                              weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    Use<QueueShell> use;
    WEIR_TRY(use.enter(queue));
    WEIR_TRY(check_duration("lease_ms", lease_ms));
    return use->handle->extend(id, lease_ms);
  });
}

weir_status weir_queue_purge(weir_queue* queue, uint64_t* out_count, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    if (out_count != nullptr) *out_count = 0;
    Use<QueueShell> use;
    WEIR_TRY(use.enter(queue));
    uint64_t count = 0;
    WEIR_TRY(use->handle->purge(&count));
    if (out_count != nullptr) *out_count = count;
    return {};
  });
}

weir_status weir_queue_producer_sequence(weir_queue* queue, uint64_t producer_id,
                                         uint64_t* out_sequence, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_pointer("out_sequence", out_sequence));
    *out_sequence = 0;
    Use<QueueShell> use;
    WEIR_TRY(use.enter(queue));
    WEIR_TRY(check_range("producer_id", producer_id, 1, UINT64_MAX));
    return use->handle->producer_sequence(producer_id, out_sequence);
  });
}

weir_status weir_queue_stats(weir_queue* queue, weir_queue_statistics* out,
                             weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_pointer("out", out));
    WEIR_TRY(check_out_struct("queue_statistics", out));
    Use<QueueShell> use;
    WEIR_TRY(use.enter(queue));
    weir::queue::Statistics counts;
    WEIR_TRY(use->handle->stats(&counts));
    write_struct(out, to_c(counts));
    return {};
  });
}

weir_status weir_queue_interrupt(weir_queue* queue, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    Use<QueueShell> use;
    WEIR_TRY(use.enter(queue));
    use->handle->interrupt();
    return {};
  });
}
