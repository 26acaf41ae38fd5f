// Deliberate bugs, one at a time, that the tests must catch (RELIABILITY.md §4.1): the tests are tested. Built in only
// with -DWEIR_SEEDED_BUGS=1 (the `bugs` preset), constant false else. The list is tests/sim/seeded_bugs_test.cc.
#pragma once

#ifdef WEIR_SEEDED_BUGS

#include <string_view>

namespace weir {

inline std::string_view seeded_bug;  // set by a test, with no store open

}  // namespace weir

#define WEIR_SEEDED_BUG(name) (::weir::seeded_bug == #name)
#else
#define WEIR_SEEDED_BUG(name) false
#endif
