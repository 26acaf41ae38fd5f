#include "demo/driver.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <random>
#include <string>

#include "common/failure.h"
#include "common/units.h"
#include "demo/life.h"

namespace weir::demo {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kStandstillSeconds = 60;
constexpr double kMomentSeconds = 0.02;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

class Driver {
 public:
  Driver(const Plan& plan, const DriveOptions& options)
      : plan_(plan), options_(options), random_(options.seed) {
    std::uniform_real_distribution<double> part(0.02, 0.98);
    for (uint64_t i = 0; i < options.kill_count; ++i) points_.push_back(part(random_));
    std::sort(points_.begin(), points_.end());
  }

  History run() {
    while (one_life()) {
    }
    history_.seconds = seconds_since(begin_);
    if (isatty(STDERR_FILENO) == 1) std::fprintf(stderr, "\r\033[K");
    return std::move(history_);
  }

 private:
  bool one_life();
  bool kill_is_due();
  void record(const Sample& sample);
  void record_kill(Life* life);
  void add_up();
  void show();
  double part_done() const;

  const Plan& plan_;
  const DriveOptions& options_;
  std::mt19937_64 random_;
  std::vector<double> points_;  // of the whole work, ascending; history_.kills.size() are behind us
  std::optional<double> kill_at_;
  History history_;
  const Clock::time_point begin_ = Clock::now();
  Sample last_;
  double part_max_ = 0;
  double heard_at_ = 0;
  double shown_at_ = 0;
  bool opened_ = false;
};

// Sending and receiving are half of the work each.
double Driver::part_done() const {
  const uint64_t done = last_.confirmed_bytes + last_.acknowledged_bytes;
  return static_cast<double>(done) /
         static_cast<double>(std::max<uint64_t>(1, 2 * plan_.total_bytes));
}

// A point is a part of the work and a random delay after it. When a restart finds its point passed,
// the delay is longer, so that recovery and the first steps after it are hit as well.
bool Driver::kill_is_due() {
  const size_t next = history_.kills.size();
  if (next == points_.size()) return false;
  const double now = seconds_since(begin_);
  if (!kill_at_ && part_max_ >= points_[next]) {
    std::uniform_real_distribution<double> delay(0, opened_ ? 0.02 : 0.2);
    kill_at_ = now + delay(random_);
  }
  return kill_at_ && now >= *kill_at_;
}

void Driver::record(const Sample& sample) {
  const double now = seconds_since(begin_);
  heard_at_ = now;
  last_ = sample;
  part_max_ = std::max(part_max_, part_done());
  if (sample.event == Event::kOpened) {
    opened_ = true;
    history_.open_microseconds_max =
        std::max(history_.open_microseconds_max, sample.open_microseconds);
    if (!history_.kills.empty()) history_.kills.back().reopened = sample;
  }
  history_.resident_bytes_peak = std::max(history_.resident_bytes_peak, sample.resident_bytes_peak);
  history_.memory_bytes_peak = std::max(history_.memory_bytes_peak, sample.memory_bytes_peak);
  history_.disk_bytes_peak = std::max(history_.disk_bytes_peak, sample.disk_bytes);
  const uint64_t gone = std::min(sample.confirmed_bytes, sample.acknowledged_bytes);
  history_.backlog_bytes_peak =
      std::max(history_.backlog_bytes_peak, sample.confirmed_bytes - gone);
  if (history_.moments.empty() || now - history_.moments.back().seconds >= kMomentSeconds) {
    history_.moments.push_back({now, sample});
  }
  show();
}

void Driver::show() {
  const double now = seconds_since(begin_);
  const bool terminal = isatty(STDERR_FILENO) == 1;
  if (now - shown_at_ < (terminal ? 0.1 : 2.0)) return;
  shown_at_ = now;
  std::fprintf(stderr, "%s%5.1f s  %3.0f %%  sent %s of %s files, received %s, kills %zu of %zu%s",
               terminal ? "\r\033[K" : "", now, 100 * part_max_,
               tools::with_thousands(last_.confirmed_files).c_str(),
               tools::with_thousands(plan_.files.size()).c_str(),
               tools::with_thousands(last_.acknowledged_files).c_str(), history_.kills.size(),
               points_.size(), terminal ? "" : "\n");
  std::fflush(stderr);
}

// What was under way is in the pipe: it outlives the process.
void Driver::record_kill(Life* life) {
  life->kill();
  const double now = seconds_since(begin_);
  Sample sample;
  while (life->read(&sample, 0) == Life::Read::kSample) record(sample);
  history_.kills.push_back({now, part_max_, last_, {}});
}

// A life starts its counters anew.
void Driver::add_up() {
  history_.sync_count += last_.sync_count;
  history_.write_bytes += last_.write_bytes;
  history_.checkpoint_count += last_.checkpoint_count;
  history_.page_out_bytes += last_.page_out_bytes;
  history_.page_in_bytes += last_.page_in_bytes;
}

// Returns whether another life is needed.
bool Driver::one_life() {
  Life life(options_.work);
  // Until the new life has opened the store, what the one before achieved is all there is to show.
  Sample fresh;
  fresh.confirmed_files = last_.confirmed_files;
  fresh.confirmed_bytes = last_.confirmed_bytes;
  fresh.acknowledged_files = last_.acknowledged_files;
  fresh.acknowledged_bytes = last_.acknowledged_bytes;
  last_ = fresh;
  kill_at_.reset();
  opened_ = false;
  heard_at_ = seconds_since(begin_);
  for (;;) {
    if (kill_is_due()) {
      record_kill(&life);
      add_up();
      return true;
    }
    Sample sample;
    const Life::Read read = life.read(&sample, kill_at_ ? 1 : 100);
    if (read == Life::Read::kEnded) {
      throw tools::Failure(tools::kExitError, "the worker " + life.finish() +
                                                  " without having been killed; its own line above "
                                                  "says why");
    }
    if (read == Life::Read::kSample) record(sample);
    if (seconds_since(begin_) - heard_at_ > kStandstillSeconds) {
      throw tools::Failure(tools::kExitError,
                           "the worker stands still: nothing sent, taken or acknowledged for " +
                               tools::human_seconds(kStandstillSeconds));
    }
    if (last_.event != Event::kDone || history_.kills.size() < points_.size()) continue;
    const std::string ending = life.finish();
    if (!ending.empty()) throw tools::Failure(tools::kExitError, "the last worker " + ending);
    while (life.read(&sample, 0) == Life::Read::kSample) record(sample);
    add_up();
    return false;
  }
}

}  // namespace

History drive(const Plan& plan, const DriveOptions& options) { return Driver(plan, options).run(); }

}  // namespace weir::demo
