#include "base/assert.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace weir {

namespace {
std::atomic<uint32_t> broken_count{0};
}

uint32_t broken_invariant_count() { return broken_count.load(std::memory_order_relaxed); }

void assertion_failed(const char* condition, const char* file, int line) {
  const std::string message = std::string("broken invariant: ") + condition + " (" + file + ":" +
                              std::to_string(line) + ")";
#ifdef WEIR_DEBUG_ASSERTS
  std::fputs((message + "\n").c_str(), stderr);
  std::abort();
#else
  broken_count.fetch_add(1, std::memory_order_relaxed);
  throw BrokenInvariant(message);
#endif
}

}  // namespace weir
