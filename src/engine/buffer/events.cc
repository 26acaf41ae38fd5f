#include "engine/buffer/events.h"

#include <cstring>

namespace weir::buffer {

void Events::start(uint32_t count_max) {
  const MutexLock lock(mutex_);
  keys_.clear();
  count_max_ = count_max;
  lost_ = 0;
}

void Events::add(ByteView key) noexcept {
  const MutexLock lock(mutex_);
  if (count_max_ == 0) return;
  try {
    if (keys_.size() == count_max_) {
      keys_.pop_front();
      ++lost_;
    }
    keys_.push_back(std::string(as_text(key)));
  } catch (const std::bad_alloc&) {
    ++lost_;
  }
}

Status Events::take(MutableBytes into, std::span<uint32_t> sizes, size_t* out_count,
                    size_t* out_bytes) {
  *out_count = *out_bytes = 0;
  const MutexLock lock(mutex_);
  if (keys_.empty()) return Code::kEmpty;
  while (!keys_.empty() && *out_count < sizes.size()) {
    const std::string& key = keys_.front();
    if (key.size() > into.size() - *out_bytes) break;
    std::memcpy(into.data() + *out_bytes, key.data(), key.size());
    *out_bytes += key.size();
    sizes[(*out_count)++] = static_cast<uint32_t>(key.size());
    keys_.pop_front();
  }
  if (*out_count > 0 || sizes.empty()) return {};
  *out_bytes = keys_.front().size();
  return {Code::kBufferTooSmall,
          text("the next key has ", *out_bytes, " bytes; there is room for ", into.size())};
}

void Events::counts(uint64_t* waiting, uint64_t* lost) {
  const MutexLock lock(mutex_);
  *waiting = keys_.size();
  *lost = lost_;
}

}  // namespace weir::buffer
