#include "env/env.h"

namespace weir::env {

uint64_t Random::next() {
  uint8_t bytes[8] = {};
  fill(bytes);
  return load_little<uint64_t>(bytes);
}

}  // namespace weir::env
