#include "weir/store_access.h"

#include "common/failure.h"

namespace weir::command {

using tools::check;
using tools::Failure;
using tools::kExitError;

tools::StoreHandle open_store(const std::string& url, Access access) {
  if (url.rfind("mem:", 0) == 0) {
    throw Failure(kExitError,
                  "open " + url + ": a mem: store ends with its process; give a directory instead");
  }
  weir_store_options options;
  weir_store_options_init(&options, sizeof options);
  options.create = access == Access::kCreate ? 1 : 0;
  options.read_only = access == Access::kLook ? 1 : 0;
  // Whatever limit the store's owner works with, its messages must fit here.
  options.record_bytes_max = 64ULL << 20;
  weir_error error{};
  weir_store* store = nullptr;
  const weir_status status =
      check(weir_store_open(url.c_str(), &options, &store, &error), error, "open " + url);
  if (status == WEIR_NOT_FOUND) {
    throw Failure(kExitError,
                  "open " + url + ": no store there; check the path (`weir queue push` makes one)");
  }
  return tools::StoreHandle(store);
}

tools::QueueHandle open_queue(weir_store* store, const std::string& name, Access access) {
  weir_queue_options options;
  weir_queue_options_init(&options, sizeof options);
  options.create = access == Access::kCreate ? 1 : 0;
  options.existing_kind = 1;
  weir_error error{};
  weir_queue* queue = nullptr;
  const weir_status status = check(weir_queue_open(store, name.c_str(), &options, &queue, &error),
                                   error, "open queue " + name);
  if (status == WEIR_NOT_FOUND) {
    throw Failure(kExitError, "open queue " + name +
                                  ": no such queue; `weir queue list` shows those that exist");
  }
  return tools::QueueHandle(queue);
}

void close_store(tools::QueueHandle queue, tools::StoreHandle store, const std::string& url) {
  queue.reset();
  weir_error error{};
  check(weir_store_close(store.release(), &error), error, "close " + url);
}

const char* level_name(uint32_t level) { return level == WEIR_DURABILITY_SYNC ? "sync" : "memory"; }

}  // namespace weir::command
