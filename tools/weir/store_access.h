// How every subcommand opens its store and queue.
#pragma once

#include <string>

#include "common/handles.h"

namespace weir::command {

enum class Access {
  kLook,    // read only: changes nothing, not even a leftover of an unclean stop
  kChange,  // the store and the queue must exist
  kCreate,  // makes what is missing
};

tools::StoreHandle open_store(const std::string& url, Access access);
tools::QueueHandle open_queue(weir_store* store, const std::string& name, Access access);

// Closes with a look at the result: the last sync of ASYNC pushes happens here.
void close_store(tools::QueueHandle queue, tools::StoreHandle store, const std::string& url);

// "memory" or "sync", as replies name the level they reached.
const char* level_name(uint32_t level);

}  // namespace weir::command
