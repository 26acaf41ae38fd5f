// Consumer: a named position in a log that is durable. One reader has it alone, or several share its work: then each
// record is handed to one of them, and the position is the first record that nobody has finished.
//
// Guarded by the store's mutex. Numbers, not offsets.
#pragma once

#include <cstdint>
#include <map>

namespace weir::log {

class Reader;

struct Consumer {
  uint64_t committed = 1;  // the first number not finished
  int64_t committed_at_ns = 0;
  uint32_t reader_count = 0;
  bool shared = false;  // how its readers opened it

  // --- shared ---
  uint64_t next = 1;  // what is below was handed out
  struct Range {
    uint64_t end = 0;
    const Reader* owner = nullptr;  // null: given back, to be handed out again
  };
  std::map<uint64_t, Range>
      handed_out;  // by first number, disjoint; what is in none below `next` is finished

  // Where the next hand-out begins, and where it must end (UINT64_MAX: anywhere).
  uint64_t next_to_hand_out(uint64_t* out_end) const;
  void hand_out(uint64_t first, uint64_t end, const Reader* owner);
  // The owner has finished what it was handed below `number`.
  void finish(const Reader* owner, uint64_t number);
  void give_back(const Reader* owner);
  uint64_t first_unfinished() const {
    return handed_out.empty() ? next : handed_out.begin()->first;
  }
};

}  // namespace weir::log
