#include "demo/compare.h"

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "demo/sha256.h"
#include "demo/tree.h"

namespace weir::demo {
namespace {

namespace fs = std::filesystem;

class Comparer {
 public:
  Comparer(const Plan& plan, const fs::path& output, const std::vector<bool>& vanished)
      : plan_(plan), output_(output), vanished_(vanished) {}

  Comparison run() {
    std::vector<std::thread> threads;
    const unsigned count = std::clamp(std::thread::hardware_concurrency(), 1U, 8U);
    for (unsigned i = 0; i < count; ++i) threads.emplace_back([this] { compare_some(); });
    for (std::thread& thread : threads) thread.join();
    const uint64_t expected = result_.files + result_.wrong + result_.changed;
    result_.unexpected = std::max(files_in_output(), expected) - expected;
    return result_;
  }

 private:
  void compare_some() {
    for (size_t index = 0; (index = next_++) < plan_.files.size();) {
      if (!vanished_[index]) compare(plan_.files[index]);
    }
  }

  void compare(const FileEntry& file) {
    const fs::path source = plan_.base / file.name;
    const fs::path copy = output_ / file.name;
    std::string source_bytes;
    std::string copy_bytes;
    struct stat source_status {};
    struct stat copy_status {};
    const bool there = lstat(copy.c_str(), &copy_status) == 0 && read_file(copy, &copy_bytes);
    const bool comparable =
        lstat(source.c_str(), &source_status) == 0 && read_file(source, &source_bytes);
    const bool same = there && comparable && sha256(source_bytes) == sha256(copy_bytes) &&
                      (source_status.st_mode & 07777) == (copy_status.st_mode & 07777);
    const std::lock_guard<std::mutex> lock(mutex_);
    if (same) {
      ++result_.files;
      result_.bytes += copy_bytes.size();
    } else if (!there) {
      ++result_.lost;
      remember("lost " + file.name);
    } else if (!comparable || changed_at(source_status) != file.changed_at) {
      ++result_.changed;
    } else {
      ++result_.wrong;
      remember("differs: " + file.name);
    }
  }

  void remember(const std::string& problem) {
    if (result_.first_problem.empty()) result_.first_problem = problem;
  }

  uint64_t files_in_output() const {
    uint64_t count = 0;
    std::error_code ignored;
    for (const auto& entry : fs::recursive_directory_iterator(output_, ignored)) {
      if (entry.symlink_status().type() == fs::file_type::regular) ++count;
    }
    return count;
  }

  const Plan& plan_;
  const fs::path& output_;
  const std::vector<bool>& vanished_;
  std::atomic<size_t> next_ = 0;
  std::mutex mutex_;
  Comparison result_;
};

}  // namespace

Comparison compare_trees(const Plan& plan, const fs::path& output,
                         const std::vector<bool>& vanished) {
  return Comparer(plan, output, vanished).run();
}

}  // namespace weir::demo
