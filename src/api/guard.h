// The one catch-all: nothing unwinds into C, and only here is a weir_error written.
#pragma once

#include <weir/base.h>

#include <utility>

#include "base/status.h"

namespace weir::api {

// Fills err when the status is a failure; leaves it alone otherwise. Never allocates.
weir_status report(const Status& status, weir_error* err) noexcept;
// Turns the exception in flight into a status; call it only inside a handler.
weir_status report_exception(weir_error* err) noexcept;

// Runs the body of a public function, which returns a Status.
template <typename Body>
weir_status guard(weir_error* err, Body&& body) noexcept {
  try {
    return report(std::forward<Body>(body)(), err);
  } catch (...) {
    return report_exception(err);
  }
}

}  // namespace weir::api
