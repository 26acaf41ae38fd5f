#include "bench/support/raw_limits.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "base/crc32c.h"
#include "bench/support/settings.h"

namespace weir::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kChunkBytes = 64ULL << 10;
constexpr uint64_t kRingBytes = 64ULL << 20;
constexpr uint64_t kBlockBytes = 4096;

void require(bool condition, const char* what) {
  if (condition) return;
  std::perror(what);
  std::exit(EXIT_FAILURE);
}

// Calls `step` until the time is up; it returns how many records it did. Returns records a second.
template <typename Step>
double rate_of(const Step& step) {
  const double wanted = settings().seconds / 4;
  uint64_t records = 0;
  double elapsed = 0;
  const auto begin = Clock::now();
  while (elapsed < wanted) {
    // Fast steps do not look at the clock each time.
    for (int i = 0; i < 16; ++i) records += step();
    elapsed = std::chrono::duration<double>(Clock::now() - begin).count();
  }
  return static_cast<double>(records) / elapsed;
}

// A file of `size` bytes that was written once, and a buffer full of something.
struct RawFile {
  explicit RawFile(uint64_t size)
      : path(directory.path() + "/raw"),
        descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)),
        buffer(kRingBytes, 'w') {
    require(descriptor >= 0, "open a raw file");
    for (uint64_t at = 0; at < size; at += kChunkBytes) {
      require(::pwrite(descriptor, buffer.data(), kChunkBytes, static_cast<off_t>(at)) ==
                  ssize_t{kChunkBytes},
              "write a raw file");
    }
    require(::fsync(descriptor) == 0, "sync a raw file");
  }
  ~RawFile() { ::close(descriptor); }
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;

  ScratchDirectory directory;
  std::string path;
  int descriptor;
  std::vector<char> buffer;
};

uint32_t checksum_records(const char* bytes, uint64_t size, uint64_t record_bytes) {
  uint32_t sum = 0;
  for (uint64_t at = 0; at + record_bytes <= size; at += record_bytes) {
    sum ^= crc32c(ByteView(reinterpret_cast<const uint8_t*>(bytes) + at, record_bytes));
  }
  return sum;
}

volatile uint32_t checksum_sink = 0;

}  // namespace

double raw_copies(uint64_t record_bytes, uint64_t waiting) {
  const uint64_t count = waiting + 1;
  std::vector<char> ring(count * record_bytes, 'w');
  std::vector<char> record(record_bytes, 'r');
  uint64_t at = 0;
  return rate_of([&] {
    std::memcpy(ring.data() + at * record_bytes, record.data(), record_bytes);
    // The next place holds the oldest record.
    at = (at + 1) % count;
    std::memcpy(record.data(), ring.data() + at * record_bytes, record_bytes);
    return uint64_t{1};
  });
}

double raw_writes(uint64_t record_bytes) {
  const RawFile file(settings().wal_bytes);
  uint64_t at = 0;
  uint64_t from = 0;
  return rate_of([&] {
    checksum_sink = checksum_records(file.buffer.data() + from, kChunkBytes, record_bytes);
    require(::pwrite(file.descriptor, file.buffer.data() + from, kChunkBytes,
                     static_cast<off_t>(at)) == ssize_t{kChunkBytes},
            "write a raw file");
    from = (from + kChunkBytes) % kRingBytes;
    at = (at + kChunkBytes) % settings().wal_bytes;
    return kChunkBytes / record_bytes;
  });
}

double raw_reads(uint64_t record_bytes) {
  const RawFile file(settings().wal_bytes);
  std::vector<char> chunk(kChunkBytes);
  uint64_t at = 0;
  return rate_of([&] {
    require(::pread(file.descriptor, chunk.data(), kChunkBytes, static_cast<off_t>(at)) ==
                ssize_t{kChunkBytes},
            "read a raw file");
    checksum_sink = checksum_records(chunk.data(), kChunkBytes, record_bytes);
    at = (at + kChunkBytes) % settings().wal_bytes;
    return kChunkBytes / record_bytes;
  });
}

double raw_syncs(uint64_t bytes) {
  const uint64_t size =
      std::min((bytes + kBlockBytes - 1) / kBlockBytes * kBlockBytes, settings().wal_bytes);
  const RawFile file(settings().wal_bytes);
  uint64_t at = 0;
  return rate_of([&] {
    if (at + size > settings().wal_bytes) at = 0;
    require(::pwrite(file.descriptor, file.buffer.data(), size, static_cast<off_t>(at)) ==
                static_cast<ssize_t>(size),
            "write a raw file");
    require(::fdatasync(file.descriptor) == 0, "sync a raw file");
    at += size;
    return uint64_t{1};
  });
}

double raw_hand_over_microseconds(double per_second) {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Clock::time_point> waiting;
  const auto count = static_cast<size_t>(per_second * settings().seconds / 4);
  std::vector<double> times;
  std::thread consumer([&] {
    while (times.size() < count) {
      std::unique_lock<std::mutex> lock(mutex);
      changed.wait(lock, [&] { return !waiting.empty(); });
      const Clock::time_point sent = waiting.front();
      waiting.pop_front();
      lock.unlock();
      times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - sent).count());
    }
  });
  const auto begin = Clock::now();
  for (size_t i = 0; i < count; ++i) {
    std::this_thread::sleep_until(
        begin + std::chrono::duration_cast<Clock::duration>(
                    std::chrono::duration<double>(static_cast<double>(i) / per_second)));
    {
      const std::lock_guard<std::mutex> lock(mutex);
      waiting.push_back(Clock::now());
    }
    changed.notify_one();
  }
  consumer.join();
  std::nth_element(times.begin(), times.begin() + static_cast<ptrdiff_t>(count / 2), times.end());
  return times[count / 2];
}

}  // namespace weir::bench
