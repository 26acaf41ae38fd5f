#include "demo/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

#include "common/failure.h"

namespace weir::demo {

Journal::Journal(const std::filesystem::path& file)
    : descriptor_(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
  if (descriptor_ < 0) throw tools::system_failure("write " + file.string(), errno);
}

Journal::~Journal() { ::close(descriptor_); }

void Journal::append(Mark mark, const std::vector<uint32_t>& indices) {
  std::vector<JournalEntry> entries;
  entries.reserve(indices.size());
  for (const uint32_t index : indices) entries.push_back({mark, index});
  const size_t size = entries.size() * sizeof(JournalEntry);
  if (::write(descriptor_, entries.data(), size) != static_cast<ssize_t>(size)) {
    throw tools::system_failure("write the journal", errno);
  }
}

std::vector<JournalEntry> read_journal(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::vector<JournalEntry> entries;
  JournalEntry entry;
  while (in.read(reinterpret_cast<char*>(&entry), sizeof entry)) entries.push_back(entry);
  return entries;
}

Deliveries judge_journal(const std::vector<JournalEntry>& entries, size_t file_count) {
  Deliveries result;
  result.vanished.assign(file_count, false);
  std::vector<uint32_t> delivered(file_count, 0);
  std::vector<bool> acknowledged(file_count, false);
  uint32_t highest = 0;
  for (const JournalEntry& entry : entries) {
    const uint32_t index = entry.index;
    if (index >= file_count) continue;
    if (entry.mark == Mark::kVanished) result.vanished[index] = true;
    if (entry.mark == Mark::kAcknowledged) acknowledged[index] = true;
    if (entry.mark != Mark::kDelivered) continue;
    if (acknowledged[index]) ++result.after_acknowledgement;
    if (delivered[index] == 0 && index < highest) ++result.out_of_order;
    if (delivered[index] == 1) ++result.delivered_twice;
    ++delivered[index];
    highest = std::max(highest, index);
  }
  return result;
}

}  // namespace weir::demo
