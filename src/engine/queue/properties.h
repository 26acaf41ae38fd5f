// Content type and headers of a message on their way in.
#pragma once

#include "engine/queue/queue.h"

namespace weir::queue {

// As they are stored; nothing when there are none. kTooLarge.
Result<std::vector<uint8_t>> encode_options(const PushOptions& options);

}  // namespace weir::queue
