#include "weir/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "common/units.h"
#include "weir/console.h"

namespace weir::command {
namespace {

constexpr double kSilentSeconds = 1.0;
constexpr double kRedrawSeconds = 0.1;
constexpr size_t kBarColumns = 30;

// Bytes this process asked the system to read so far; 0 where /proc does not tell.
uint64_t bytes_read() {
  std::ifstream statistics("/proc/self/io");
  std::string name;
  uint64_t value = 0;
  while (statistics >> name >> value) {
    if (name == "rchar:") return value;
  }
  return 0;
}

uint64_t directory_bytes(const std::string& directory) {
  std::error_code ignored;
  uint64_t sum = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory, ignored)) {
    if (entry.is_regular_file(ignored)) sum += entry.file_size(ignored);
  }
  return sum;
}

}  // namespace

Progress::Progress(std::string label, uint64_t total, bool in_bytes)
    : label_(std::move(label)),
      total_(total),
      in_bytes_(in_bytes),
      enabled_(is_terminal(STDERR_FILENO)) {}

Progress::~Progress() {
  // The bar makes room for the result.
  if (drawn_at_ > 0) std::fprintf(stderr, "\r\033[K");
}

void Progress::update(uint64_t done) {
  if (!enabled_) return;
  const double elapsed =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  if (elapsed < kSilentSeconds || elapsed - drawn_at_ < kRedrawSeconds) return;
  drawn_at_ = elapsed;
  draw(done, elapsed);
}

void Progress::draw(uint64_t done, double elapsed) const {
  const auto amount = [this](uint64_t value) {
    return in_bytes_ ? tools::human_bytes(value) : tools::with_thousands(value);
  };
  std::string line = "\r\033[K" + label_ + " ";
  if (total_ > 0) {
    const double part = std::min(1.0, static_cast<double>(done) / static_cast<double>(total_));
    const auto filled = static_cast<size_t>(part * kBarColumns);
    line += "[" + std::string(filled, '#') + std::string(kBarColumns - filled, '.') + "] " +
            std::to_string(static_cast<int>(part * 100)) + " %  " + amount(done) + " of " +
            amount(total_);
    if (part > 0.02) {
      line += ", " + tools::human_seconds(elapsed / part - elapsed) + " left";
    }
  } else {
    line += amount(done) + ", " + tools::human_seconds(elapsed);
  }
  std::fprintf(stderr, "%s", line.c_str());
  std::fflush(stderr);
}

ReadProgress::ReadProgress(std::string label, const std::string& directory)
    : progress_(std::move(label), directory_bytes(directory), true), read_before_(bytes_read()) {
  if (is_terminal(STDERR_FILENO)) thread_ = std::thread([this] { follow(); });
}

ReadProgress::~ReadProgress() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void ReadProgress::follow() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!changed_.wait_for(lock, std::chrono::milliseconds(100), [this] { return stop_; })) {
    progress_.update(bytes_read() - read_before_);
  }
}

}  // namespace weir::command
