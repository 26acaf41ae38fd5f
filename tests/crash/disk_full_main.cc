// Works on a small file system until it is full, and goes on from there. Exits 1 at the first thing that is not as
// promised, saying what.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>

#include "tests/crash/session.h"

namespace weir::crash {
namespace {

[[noreturn]] void fail(const char* what, weir_status status, const char* message) {
  fprintf(stderr, "%s: %d %s\n", what, status, message);
  exit(1);
}

class FullDisk {
 public:
  explicit FullDisk(const Arguments& arguments) : arguments_(arguments) {
    error_.struct_size = sizeof error_;
  }
  void run();

 private:
  void open();
  weir_status push();
  uint64_t fill();
  void take(size_t count);
  void occupy();
  uint64_t disk_bytes();
  void push_again();

  const Arguments arguments_;
  Session session_;
  weir_error error_{};
  std::deque<uint64_t> expected_;  // confirmed and not acknowledged
  uint64_t next_ = 1;
};

void FullDisk::open() {
  if (!session_.open(arguments_)) fail("open", session_.error().status, session_.error().message);
}

std::vector<uint8_t> block_of(uint64_t number) {
  std::vector<uint8_t> bytes(20'000 + number % 7 * 3000);
  for (size_t at = 0; at + 8 <= bytes.size(); at += 8) {
    const uint64_t word = mix(number + at);
    std::memcpy(&bytes[at], &word, 8);
  }
  return bytes;
}

weir_status FullDisk::push() {
  const std::vector<uint8_t> bytes = block_of(next_);
  const weir_status status =
      weir_queue_push(session_.queue(0), bytes.data(), bytes.size(), nullptr, nullptr, &error_);
  if (status == WEIR_OK) expected_.push_back(next_);
  ++next_;
  return status;
}

// Until there is no space; how many went in.
uint64_t FullDisk::fill() {
  for (uint64_t count = 0; count < 10'000; ++count) {
    const weir_status status = push();
    if (status == WEIR_E_NO_SPACE) {
      if (std::strlen(error_.message) < 20)
        fail("a message that says nothing", status, error_.message);
      printf("full after %llu messages: %s\n", static_cast<unsigned long long>(count),
             error_.message);
      return count;
    }
    if (status != WEIR_OK) fail("push", status, error_.message);
  }
  fail("never full", 0, "");
}

void FullDisk::take(size_t count) {
  for (; count != 0; --count) {
    weir_message* message = nullptr;
    weir_status status = weir_queue_pop(session_.queue(0), nullptr, &message, &error_);
    if (status != WEIR_OK) fail("pop", status, error_.message);
    const std::vector<uint8_t> bytes = block_of(expected_.front());
    const std::span<const uint8_t> got = bytes_of(message);
    if (!std::equal(got.begin(), got.end(), bytes.begin(), bytes.end()))
      fail("not the next message", 0, "");
    expected_.pop_front();
    const uint64_t id = weir_message_id(message);
    weir_message_free(message);
    status = weir_queue_ack(session_.queue(0), id, WEIR_DURABILITY_SYNC, nullptr, &error_);
    if (status != WEIR_OK) fail("ack on a full disk", status, error_.message);
  }
}

// Takes the last free byte of the file system.
void FullDisk::occupy() {
  const std::string path = arguments_.directory + "/../filler";
  const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  static const char block[4096] = {};
  while (write(file, block, sizeof block) > 0) {
  }
  ::close(file);
}

uint64_t FullDisk::disk_bytes() {
  weir_store_statistics statistics{};
  statistics.struct_size = sizeof statistics;
  weir_store_stats(session_.store(), &statistics, nullptr);
  return statistics.disk_bytes;
}

// Space that acknowledgements freed comes back after a checkpoint.
void FullDisk::push_again() {
  const weir_status checkpoint = weir_store_checkpoint(session_.store(), &error_);
  if (checkpoint != WEIR_OK) fail("checkpoint after acknowledging", checkpoint, error_.message);
  for (int i = 0; i < 20; ++i) {
    const weir_status status = push();
    if (status != WEIR_OK) fail("push after a checkpoint", status, error_.message);
  }
}

void FullDisk::run() {
  open();
  for (int round = 0; round < 4; ++round) {
    const uint64_t count = fill();
    if (round == 0 && count < 150) fail("full far too early", 0, "");
    if (round % 2 == 1) occupy();  // with no free byte at all
    // Everything is still there, in order, and can be acknowledged.
    take(round == 3 ? expected_.size() : expected_.size() * 2 / 3);
    push_again();
    printf("round %d: pushing goes on, %llu bytes on disk\n", round,
           static_cast<unsigned long long>(disk_bytes()));
    if (round % 2 == 1) unlink((arguments_.directory + "/../filler").c_str());
    if (round == 2) {
      if (session_.close() != WEIR_OK)
        fail("close", session_.error().status, session_.error().message);
      open();
    }
  }
  fill();
  // Closing and opening on a full disk: nothing is lost.
  occupy();
  if (session_.close() != WEIR_OK)
    fail("close on a full disk", session_.error().status, session_.error().message);
  open();
  take(expected_.size());
  printf("all taken\n");
}

}  // namespace
}  // namespace weir::crash

int main(int argc, char** argv) {
  weir::crash::FullDisk(weir::crash::Arguments::parse(argc, argv)).run();
}
