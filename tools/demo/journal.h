// The consumer's own record of what it was given and what it was told is acknowledged, outside of
// the store: the witness against which the store's promises are checked.
//
// It is written with one write call per batch, which a SIGKILL does not take back. An entry says
// "delivered" before the message is used, and "acknowledged" after the library confirmed it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace weir::demo {

enum class Mark : uint32_t {
  kDelivered = 1,
  kAcknowledged = 2,
  kVanished = 3,  // the producer found the source file gone and skipped its number
};

struct JournalEntry {
  Mark mark = Mark::kDelivered;
  uint32_t index = 0;  // of Plan::files
};

class Journal {
 public:
  explicit Journal(const std::filesystem::path& file);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  void append(Mark mark, const std::vector<uint32_t>& indices);

 private:
  int descriptor_;
};

std::vector<JournalEntry> read_journal(const std::filesystem::path& file);

// What the journal of a whole run shows.
struct Deliveries {
  uint64_t delivered_twice = 0;  // messages that came more than once
  uint64_t after_acknowledgement = 0;
  uint64_t out_of_order = 0;  // first deliveries that came after one with a higher number
  std::vector<bool> vanished;
};

Deliveries judge_journal(const std::vector<JournalEntry>& entries, size_t file_count);

}  // namespace weir::demo
