// Result<T>: a value or the Status that says why there is none.
#pragma once

#include <optional>
#include <utility>

#include "base/assert.h"
#include "base/status.h"

namespace weir {

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}         // NOLINT(google-explicit-constructor)
  Result(Status status) : status_(std::move(status)) {  // NOLINT(google-explicit-constructor)
    WEIR_ASSERT(!status_.ok());
  }
  Result(Code code) : Result(Status(code)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }
  Status take_status() { return std::move(status_); }
  T& value() {
    WEIR_ASSERT(ok());
    return *value_;
  }
  const T& value() const {
    WEIR_ASSERT(ok());
    return *value_;
  }
  T take() {
    WEIR_ASSERT(ok());
    return std::move(*value_);
  }

 private:
  Status status_;
  std::optional<T> value_;
};

}  // namespace weir

#define WEIR_CONCAT_INNER(a, b) a##b
#define WEIR_CONCAT(a, b) WEIR_CONCAT_INNER(a, b)

// Returns from the enclosing function unless the expression is ok (outcomes return too).
#define WEIR_TRY(expression)                           \
  do {                                                 \
    ::weir::Status weir_try_status = (expression);     \
    if (!weir_try_status.ok()) return weir_try_status; \
  } while (false)

// WEIR_ASSIGN(auto file, directory.open(...)): declares the variable, or returns the status.
#define WEIR_ASSIGN(declaration, expression) \
  WEIR_ASSIGN_INNER(declaration, (expression), WEIR_CONCAT(weir_result_, __LINE__))
#define WEIR_ASSIGN_INNER(declaration, expression, result) \
  auto result = (expression);                              \
  if (!result.ok()) return result.take_status();           \
  declaration = result.take()
