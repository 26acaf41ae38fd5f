// A progress bar on standard error, for work that takes longer than a second, and only when somebody
// sits there to see it.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace weir::command {

class Progress {
 public:
  // `total` 0 means that nobody knows it: the bar then shows what was done only.
  Progress(std::string label, uint64_t total, bool in_bytes);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void update(uint64_t done);

 private:
  void draw(uint64_t done, double elapsed) const;

  const std::string label_;
  const uint64_t total_;
  const bool in_bytes_;
  const bool enabled_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  double drawn_at_ = 0;
};

// A bar for one library call that reports nothing under way: a thread follows how many bytes this
// process has read, which for verify is how far it is.
class ReadProgress {
 public:
  ReadProgress(std::string label, const std::string& directory);
  ~ReadProgress();
  ReadProgress(const ReadProgress&) = delete;
  ReadProgress& operator=(const ReadProgress&) = delete;

 private:
  void follow();

  Progress progress_;
  uint64_t read_before_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace weir::command
