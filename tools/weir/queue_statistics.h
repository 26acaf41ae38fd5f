// The counts of one queue, for list and stats.
#pragma once

#include <string>

#include "common/failure.h"
#include "weir/store_access.h"

namespace weir::command {

inline weir_queue_statistics queue_statistics(weir_store* store, const std::string& name) {
  const auto queue = open_queue(store, name, Access::kLook);
  weir_queue_statistics statistics{};
  statistics.struct_size = sizeof statistics;
  weir_error error{};
  tools::check(weir_queue_stats(queue.get(), &statistics, &error), error, "stats of " + name);
  return statistics;
}

inline const char* kind_name(uint32_t kind) {
  return kind == WEIR_QUEUE_MEMORY ? "memory" : "durable";
}

}  // namespace weir::command
