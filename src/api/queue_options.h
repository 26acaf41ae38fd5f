// The queue's option structs, from C to the engine's.
#pragma once

#include <weir/queue.h>

#include "base/result.h"
#include "engine/queue/queue.h"

namespace weir::api {

Status init_queue_options(weir_queue_options* out, size_t struct_size);
Status init_push_options(weir_push_options* out, size_t struct_size);
Status init_pop_options(weir_pop_options* out, size_t struct_size);
Status set_queue_option(weir_queue_options* options, const char* name, const char* value);

Result<queue::OpenOptions> read_queue_options(const weir_queue_options* given);
// `count` messages are to be pushed. The result borrows content type and headers from the caller.
Result<queue::PushOptions> read_push_options(const weir_push_options* given, size_t count);
Result<queue::PopOptions> read_pop_options(const weir_pop_options* given);

}  // namespace weir::api
