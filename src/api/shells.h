// What lies behind each opaque type of the C API. clear() drops the contents of a closed shell.
#pragma once

#include <weir/batch.h>
#include <weir/message.h>
#include <weir/queue.h>
#include <weir/store.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/handle.h"
#include "engine/queue/queue.h"
#include "store/store.h"

namespace weir::api {

// Owners of a store: its handles, the queues opened from it, and batches.
struct StoreShell : Shell {
  using Public = weir_store;
  static constexpr const char* kNoun = "store";
  static constexpr uint32_t kMagic = 0x53544f52;
  static constexpr size_t kQuarantine = api::kQuarantine;
  std::shared_ptr<store::Store> store;
  void clear() noexcept { store.reset(); }
};

// Owners of a queue::Handle: its shell, and batches that name it until they are committed or
// cleared.
struct QueueShell : Shell {
  using Public = weir_queue;
  static constexpr const char* kNoun = "queue";
  static constexpr uint32_t kMagic = 0x51554555;
  static constexpr size_t kQuarantine = api::kQuarantine;
  std::shared_ptr<queue::Handle> handle;
  void clear() noexcept { handle.reset(); }
};

struct alignas(128) BatchShell : Shell {
  using Public = weir_batch;
  static constexpr const char* kNoun = "batch";
  static constexpr uint32_t kMagic = 0x42415443;
  static constexpr size_t kQuarantine = api::kQuarantine;
  std::shared_ptr<store::Store> store;
  std::unique_ptr<store::Batch> batch;
  std::vector<std::shared_ptr<store::BatchTarget>> targets;  // one after another, repeats left out
  void clear() noexcept {
    batch.reset();
    std::vector<std::shared_ptr<store::BatchTarget>>().swap(targets);
    store.reset();
  }
};

struct HeadersShell : Shell {
  using Public = weir_headers;
  static constexpr const char* kNoun = "headers";
  static constexpr uint32_t kMagic = 0x48454144;
  static constexpr size_t kQuarantine = api::kQuarantine;
  // On the heap, so that a shell stays one cache line.
  std::unique_ptr<std::vector<std::pair<std::string, std::string>>> headers;
  size_t bytes = 0;  // of all names and values
  void clear() noexcept {
    headers.reset();
    bytes = 0;
  }
};

struct alignas(128) BlobShell : Shell {
  using Public = weir_blob;
  static constexpr const char* kNoun = "blob";
  static constexpr uint32_t kMagic = 0x424c4f42;
  static constexpr size_t kQuarantine = api::kQuarantine;
  std::string bytes;
  void clear() noexcept { std::string().swap(bytes); }
};

struct NamesShell : Shell {
  using Public = weir_names;
  static constexpr const char* kNoun = "names";
  static constexpr uint32_t kMagic = 0x4e414d45;
  static constexpr size_t kQuarantine = api::kQuarantine;
  std::vector<std::string> names;
  void clear() noexcept { std::vector<std::string>().swap(names); }
};

}  // namespace weir::api
