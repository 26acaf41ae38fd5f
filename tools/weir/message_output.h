// A message as JSON, and as a row of a table.
#pragma once

#include <weir/weir.h>

#include "weir/console.h"

namespace weir::command {

std::string_view payload_of(const weir_message* message);

// id, size, delivery count, times, headers, and the payload as text, or as base64 when it is not
// UTF-8 ("encoding" says which).
Json message_json(const weir_message* message);

Table message_table();
std::vector<std::string> message_row(const weir_message* message);

}  // namespace weir::command
