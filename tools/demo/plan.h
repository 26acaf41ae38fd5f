// What one run of the demo does, fixed before the first worker starts. It is kept in a file, so that
// every worker after a kill numbers the files the same way, whatever happens to the tree meanwhile.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace weir::demo {

// Message number n (from 1) of the producer is files[n - 1].
struct FileEntry {
  std::string name;  // relative to Plan::base
  uint64_t size = 0;
  uint32_t mode = 0;
  // When the file was last changed, as the driver saw it; not in the plan's file.
  int64_t changed_at = 0;
};

struct Plan {
  std::filesystem::path base;
  std::vector<FileEntry> files;  // in byte order of their names
  uint64_t total_bytes = 0;
  uint64_t memory_bytes_max = 0;  // the store's budget
  uint64_t batch_bytes = 0;       // of one commit and of one pop
  uint64_t hold_bytes = 0;        // the consumer starts when this much was confirmed

  // Bytes of the first `count` files.
  uint64_t bytes_before(size_t count) const { return sums_[count]; }
  void make_sums();

  // The number of the file of that name, or files.size().
  size_t index_of(std::string_view name) const;

 private:
  std::vector<uint64_t> sums_;
};

void save_plan(const Plan& plan, const std::filesystem::path& file);
Plan load_plan(const std::filesystem::path& file);

// Where things lie below the directory that a run works in.
inline std::filesystem::path plan_path(const std::filesystem::path& work) { return work / "plan"; }
inline std::filesystem::path store_path(const std::filesystem::path& work) {
  return work / "store";
}
inline std::filesystem::path output_path(const std::filesystem::path& work) { return work / "out"; }
inline std::filesystem::path journal_path(const std::filesystem::path& work) {
  return work / "journal";
}

}  // namespace weir::demo
