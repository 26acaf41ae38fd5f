// Looking at a store on disk that nobody writes: what is in it, and whether every byte is sound. Changes nothing.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "env/env.h"

namespace weir::store {

// Files, queues, counts and format, as JSON.
Result<std::string> inspect(env::Env& env, std::string_view url);

struct VerifyReport {
  std::string json;
  uint64_t damage_count = 0;
};

// Reads and checks everything. Ok when the check ran to its end, damaged or not; other statuses when it could not.
Result<VerifyReport> verify(env::Env& env, std::string_view url);

}  // namespace weir::store
