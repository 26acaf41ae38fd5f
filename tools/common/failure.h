// Failures of the programs: one line that says what was wrong and what to do, and an exit code.
//
// The library never throws; these programs do, because a failure ends them wherever it happens and
// main() is the one place that prints.
#pragma once

#include <weir/weir.h>

#include <stdexcept>
#include <string>

namespace weir::tools {

inline constexpr int kExitOk = 0;
inline constexpr int kExitError = 1;
inline constexpr int kExitDamage = 2;
inline constexpr int kExitInUse = 3;

class Failure : public std::runtime_error {
 public:
  Failure(int exit_code, const std::string& line)
      : std::runtime_error(line), exit_code_(exit_code) {}
  int exit_code() const { return exit_code_; }

 private:
  int exit_code_;
};

// What an operator does about a status; "" when its message says it all.
const char* advice_for(weir_status status);

// "push to orders: <message of the library>; <advice>".
Failure failure_of(const std::string& doing, weir_status status, const weir_error& error);

// A failure of the system with errno in it.
Failure system_failure(const std::string& doing, int error_number);

// Throws unless the status is WEIR_OK or an expected outcome; gives the status back.
weir_status check(weir_status status, const weir_error& error, const std::string& doing);

}  // namespace weir::tools
