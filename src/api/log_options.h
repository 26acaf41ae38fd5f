// The options of logs and readers, checked and turned into the engine's.
#pragma once

#include <weir/log.h>
#include <weir/reader.h>

#include "base/result.h"
#include "engine/log/log.h"
#include "engine/log/reader.h"

namespace weir::api {

Status init_log_options(weir_log_options* out, size_t struct_size);
Status init_append_options(weir_append_options* out, size_t struct_size);
Status init_reader_options(weir_reader_options* out, size_t struct_size);
Status init_read_options(weir_read_options* out, size_t struct_size);
Status set_log_option(weir_log_options* options, const char* name, const char* value);

// NULL takes the defaults.
Result<log::OpenOptions> read_log_options(const weir_log_options* given);
// `many`: key_sizes and times_ns count, and have `count` elements.
Result<log::AppendOptions> read_append_options(const weir_append_options* given, size_t count,
                                               bool many);
Result<log::ReaderOptions> read_reader_options(const weir_reader_options* given);
Result<log::ReadOptions> read_read_options(const weir_read_options* given);
Result<log::Place> check_place(uint32_t place, int64_t value);

}  // namespace weir::api
