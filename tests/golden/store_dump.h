// Everything that a user can see of a store, as text.
#pragma once

#include <weir/weir.h>

#include <string>

namespace weir::golden {

struct Dump {
  weir_status status = WEIR_OK;
  std::string message;  // of the call that failed
  std::string text;     // what was read up to then
};

// Opens the store, looks at every message, closes it. `read_only` writes nothing.
Dump dump_store(const std::string& directory, bool read_only);

}  // namespace weir::golden
