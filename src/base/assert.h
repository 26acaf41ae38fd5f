// Assertions. WEIR_ASSERT stays on in release builds: a broken invariant of our own must not go on
// to write. Debug and test builds abort; in a release build the check throws BrokenInvariant, which
// the api layer turns into WEIR_E_INTERNAL, and every store of the process stops at its next call, so
// the host lives (DESIGN.md §8.9). Never for input, disk content or the operating system: those get a Status.
#pragma once

#include <cstdint>
#include <stdexcept>

namespace weir {

class BrokenInvariant : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

// How many broke in this process: nobody knows whose memory is to be trusted after that.
uint32_t broken_invariant_count();

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace weir

#define WEIR_ASSERT(condition)                                  \
  do {                                                          \
    if (__builtin_expect(!(condition), 0)) {                    \
      ::weir::assertion_failed(#condition, __FILE__, __LINE__); \
    }                                                           \
  } while (false)

#ifdef WEIR_DEBUG_ASSERTS
#define WEIR_DEBUG_ASSERT(condition) WEIR_ASSERT(condition)
#else
#define WEIR_DEBUG_ASSERT(condition) \
  do {                               \
  } while (false)
#endif
