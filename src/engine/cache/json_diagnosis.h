// Says what is wrong with a text that simdjson refused: it gives a reason, not always the right one, and no place.
#pragma once

#include <string_view>

#include "base/status.h"

namespace weir::cache {

// kInvalidArgument with the first mistake in `json` and its byte, counted from 0. Slow, and only asked about texts that were
// refused; `reason` is what to say when it finds none.
Status diagnose_json(std::string_view json, std::string_view reason);

}  // namespace weir::cache
