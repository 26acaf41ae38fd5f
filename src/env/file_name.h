// The names that file systems take: single components, chosen by us.
#pragma once

#include <string_view>

#include "base/status.h"

namespace weir::env {

// kInvalidArgument unless `name` is made of [A-Za-z0-9._-] and is neither "." nor "..".
Status check_file_name(std::string_view name);

}  // namespace weir::env
