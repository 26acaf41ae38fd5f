#include "format/layout.h"

#include "base/crc32c.h"
#include "base/seeded_bug.h"

namespace weir::format {

uint32_t Seed::at(uint64_t offset) const {
  if (WEIR_SEEDED_BUG(recycled_group_trusted)) return 0;
  uint8_t bytes[40];
  std::memcpy(bytes, uuid.data(), uuid.size());
  store_little(bytes + 16, file_id);
  store_little(bytes + 24, salt);
  store_little(bytes + 32, offset);
  return crc32c({bytes, sizeof bytes});
}

}  // namespace weir::format
