#include <weir/batch.h>

#include "api/check.h"
#include "api/collection_keys.h"
#include "api/collection_options.h"
#include "api/collection_shells.h"
#include "api/guard.h"
#include "api/log_options.h"
#include "api/log_shells.h"
#include "api/queue_options.h"
#include "api/shells.h"

namespace weir::api {

namespace {

// Lets the batch own the handle before it names it, for the caller may close his.
template <typename Handle>
Status adopt(BatchShell& batch, const std::shared_ptr<Handle>& handle) {
  if (handle->batch_store() != batch.store) {
    return {Code::kInvalidArgument, text(weir::quoted(handle->batch_stream()->name()),
                                         " belongs to another store than the batch")};
  }
  if (batch.targets.empty() || batch.targets.back() != handle) batch.targets.push_back(handle);
  return {};
}

Status check_same_store(const BatchShell& batch, const std::shared_ptr<store::Store>& store) {
  if (batch.store == store) return {};
  return {Code::kInvalidArgument, "the batch was made for another store"};
}

}  // namespace

}  // namespace weir::api

using namespace weir::api;  // NOLINT(google-build-using-namespace): the C side of this layer
using weir::Status;

weir_status weir_batch_create(weir_store* store, weir_batch** out, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out("out", out));
    Use<StoreShell> use;
    WEIR_TRY(use.enter(store));
    New<BatchShell> shell;
    WEIR_TRY(shell.prepare());
    shell->store = use->store;
    shell->batch = std::make_unique<weir::store::Batch>(use->store);
    *out = shell.publish();
    return {};
  });
}

weir_status weir_batch_push(weir_batch* batch, weir_queue* queue, const void* data, size_t size,
                            const weir_push_options* options, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_ASSIGN(BatchShell * shell, look_or_tell<BatchShell>(batch));
    Use<QueueShell> use;
    WEIR_TRY(use.enter(queue));
    WEIR_ASSIGN(const auto payload, check_data("data", data, size));
    WEIR_ASSIGN(const auto push, read_push_options(options, 1));
    WEIR_TRY(adopt(*shell, use->handle));
    return use->handle->add_push(*shell->batch, payload, push);
  });
}

weir_status weir_batch_ack(weir_batch* batch, weir_queue* queue, uint64_t id,
                           weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_ASSIGN(BatchShell * shell, look_or_tell<BatchShell>(batch));
    Use<QueueShell> use;
    WEIR_TRY(use.enter(queue));
    WEIR_TRY(check_range("id", id, 1, INT64_MAX));
    WEIR_TRY(adopt(*shell, use->handle));
    return use->handle->add_ack(*shell->batch, id);
  });
}

weir_status weir_batch_put(weir_batch* batch, weir_collection* collection, const char* key,
                           const void* data, size_t size, const weir_put_options* options,
                           weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_ASSIGN(BatchShell * shell, look_or_tell<BatchShell>(batch));
    Use<CollectionShell> use;
    WEIR_TRY(use.enter(collection));
    WEIR_ASSIGN(const auto checked, check_key(key));
    WEIR_ASSIGN(const auto payload, check_data("data", data, size));
    WEIR_ASSIGN(const auto put, read_put_options(options));
    WEIR_TRY(adopt(*shell, use->handle));
    return use->handle->add_put(*shell->batch, checked, payload, put);
  });
}

weir_status weir_batch_remove(weir_batch* batch, weir_collection* collection, const char* key,
                              const weir_remove_options* options, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_ASSIGN(BatchShell * shell, look_or_tell<BatchShell>(batch));
    Use<CollectionShell> use;
    WEIR_TRY(use.enter(collection));
    WEIR_ASSIGN(const auto checked, check_key(key));
    WEIR_ASSIGN(const auto remove, read_remove_options(options));
    WEIR_TRY(adopt(*shell, use->handle));
    return use->handle->add_remove(*shell->batch, checked, remove);
  });
}

weir_status weir_batch_append(weir_batch* batch, weir_log* log, const void* data, size_t size,
                              const weir_append_options* options, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_ASSIGN(BatchShell * shell, look_or_tell<BatchShell>(batch));
    Use<LogShell> use;
    WEIR_TRY(use.enter(log));
    WEIR_ASSIGN(const auto payload, check_data("data", data, size));
    WEIR_ASSIGN(const auto append, read_append_options(options, 1, false));
    WEIR_TRY(adopt(*shell, use->handle));
    return use->handle->add_append(*shell->batch, payload, append);
  });
}

weir_status weir_batch_offset_commit(weir_batch* batch, weir_reader* reader, uint64_t offset,
                                     weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_ASSIGN(BatchShell * shell, look_or_tell<BatchShell>(batch));
    Use<ReaderShell> use;
    WEIR_TRY(use.enter(reader));
    WEIR_TRY(check_range("offset", offset, 0, weir::log::kOffsetMax));
    WEIR_TRY(adopt(*shell, use->reader));
    return use->reader->add_commit(*shell->batch, offset);
  });
}

size_t weir_batch_count(const weir_batch* batch) noexcept {
  const BatchShell* shell = look<BatchShell>(batch);
  return shell == nullptr ? 0 : shell->batch->count();
}

uint64_t weir_batch_id_at(const weir_batch* batch, size_t index) noexcept {
  const BatchShell* shell = look<BatchShell>(batch);
  return shell == nullptr ? 0 : shell->batch->id_at(index);
}

weir_status weir_batch_clear(weir_batch* batch, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_ASSIGN(BatchShell * shell, look_or_tell<BatchShell>(batch));
    shell->batch->clear();
    shell->targets.clear();
    return {};
  });
}

void weir_batch_free(weir_batch* batch) noexcept {
  if (BatchShell* shell = close_unshared<BatchShell>(batch); shell != nullptr) recycle(shell);
}

weir_status weir_store_commit(weir_store* store, weir_batch* batch, uint32_t durability,
                              int64_t timeout_ms, uint32_t* out_level, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    Use<StoreShell> use;
    WEIR_TRY(use.enter(store));
    WEIR_ASSIGN(BatchShell * shell, look_or_tell<BatchShell>(batch));
    WEIR_TRY(check_same_store(*shell, use->store));
    WEIR_ASSIGN(const auto wanted, check_durability(durability));
    auto level = weir::store::Level::kMemory;
    WEIR_TRY(shell->batch->commit(wanted, timeout_ms, &level));
    if (out_level != nullptr) *out_level = static_cast<uint32_t>(level);
    shell->targets.clear();
    return {};
  });
}
