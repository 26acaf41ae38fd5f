#include "engine/log/consumer.h"

#include <algorithm>

namespace weir::log {

uint64_t Consumer::next_to_hand_out(uint64_t* out_end) const {
  *out_end = UINT64_MAX;
  for (const auto& [first, range] : handed_out) {
    if (range.owner != nullptr) continue;
    *out_end = range.end;
    return first;
  }
  return next;
}

void Consumer::hand_out(uint64_t first, uint64_t end, const Reader* owner) {
  const auto given_back = handed_out.find(first);
  if (given_back != handed_out.end()) {
    // A part of what somebody gave back; the rest stays for the next.
    const uint64_t old_end = given_back->second.end;
    end = std::min(end, old_end);
    if (end < old_end) handed_out[end] = {old_end, nullptr};
    handed_out[first] = {end, owner};
    return;
  }
  handed_out[first] = {end, owner};
  next = std::max(next, end);
}

void Consumer::finish(const Reader* owner, uint64_t number) {
  for (auto it = handed_out.begin(); it != handed_out.end() && it->first < number;) {
    const uint64_t end = it->second.end;
    if (it->second.owner != owner) {
      ++it;
      continue;
    }
    it = handed_out.erase(it);
    if (end > number) it = handed_out.emplace(number, Range{end, owner}).first;
  }
}

void Consumer::give_back(const Reader* owner) {
  for (auto& [first, range] : handed_out) {
    if (range.owner == owner) range.owner = nullptr;
  }
}

}  // namespace weir::log
