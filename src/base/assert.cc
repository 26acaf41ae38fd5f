#include "base/assert.h"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace weir {

void assertion_failed(const char* condition, const char* file, int line) {
  const std::string message = std::string("broken invariant: ") + condition + " (" + file + ":" +
                              std::to_string(line) + ")";
#ifdef WEIR_DEBUG_ASSERTS
  std::fputs((message + "\n").c_str(), stderr);
  std::abort();
#else
  throw BrokenInvariant(message);
#endif
}

}  // namespace weir
