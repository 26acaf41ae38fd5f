// The options of weir_buffer: defaults, by name, and checked for the engine.
#pragma once

#include <weir/buffer.h>

#include "base/result.h"
#include "engine/buffer/options.h"

namespace weir::api {

Status init_buffer_options(weir_buffer_options* out, size_t struct_size);
Status set_buffer_option(weir_buffer_options* options, const char* name, const char* value);
Result<buffer::Options> read_buffer_options(const weir_buffer_options* given);

}  // namespace weir::api
