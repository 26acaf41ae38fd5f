#include "env/descriptor.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <utility>

#include "env/env.h"

namespace weir::env {

namespace {

// One bit per descriptor number. Linux allows 2^20 of them unless the administrator raised
// fs.nr_open; pages of the table that are never touched cost nothing.
constexpr size_t kDescriptorsMax = size_t{1} << 20;
constexpr size_t kBitsPerWord = 64;

// Relaxed throughout: a bit belongs to the thread that owns the descriptor, and the child after a
// fork has only one thread, which sees what its parent's thread saw plus what the gate below
// ordered.
std::atomic<uint64_t> open_bits[kDescriptorsMax / kBitsPerWord];
std::atomic<uint32_t> generation{1};

// Held from the opening of a descriptor to its registration, and by fork: a child never inherits a
// descriptor that it does not know of. Opening is local and rare, so fork does not wait for long.
pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

uint64_t bit_of(int number) { return uint64_t{1} << (static_cast<size_t>(number) % kBitsPerWord); }

std::atomic<uint64_t>& word_of(int number) {
  return open_bits[static_cast<size_t>(number) / kBitsPerWord];
}

void before_fork() { pthread_mutex_lock(&gate); }

void after_fork_in_parent() { pthread_mutex_unlock(&gate); }

// Async-signal-safe: the child of a process with threads may do no more.
void after_fork_in_child() {
  generation.fetch_add(1, std::memory_order_relaxed);
  for (size_t index = 0; index < kDescriptorsMax / kBitsPerWord; ++index) {
    // Reading first leaves the untouched pages untouched.
    if (open_bits[index].load(std::memory_order_relaxed) == 0) continue;
    uint64_t bits = open_bits[index].exchange(0, std::memory_order_relaxed);
    for (; bits != 0; bits &= bits - 1) {
      ::close(static_cast<int>(index * kBitsPerWord) + __builtin_ctzll(bits));
    }
  }
  pthread_mutex_unlock(&gate);
}

void install_fork_handlers() {
  static const int installed =
      pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
  static_cast<void>(installed);
}

}  // namespace

uint32_t fork_generation() {
  install_fork_handlers();
  return generation.load(std::memory_order_relaxed);
}

template <typename Open>
Descriptor Descriptor::open_with(Open&& open) {
  install_fork_handlers();
  Descriptor opened;
  pthread_mutex_lock(&gate);
  int number = -1;
  do {
    number = open();
  } while (number < 0 && errno == EINTR);
  int failure = errno;
  if (number >= 0 && static_cast<size_t>(number) >= kDescriptorsMax) {
    ::close(number);
    number = -1;
    failure = EMFILE;
  }
  if (number >= 0) {
    word_of(number).fetch_or(bit_of(number), std::memory_order_relaxed);
    opened.number_ = number;
    opened.generation_ = generation.load(std::memory_order_relaxed);
  }
  pthread_mutex_unlock(&gate);
  errno = failure;
  return opened;
}

Descriptor Descriptor::open_at(int directory, const char* path, int flags, mode_t mode) {
  return open_with([&] { return ::openat(directory, path, flags | O_CLOEXEC, mode); });
}

Descriptor Descriptor::open_event() {
  return open_with([] { return ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); });
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this == &other) return *this;
  close();
  number_ = std::exchange(other.number_, -1);
  generation_ = other.generation_;
  return *this;
}

int Descriptor::number() const {
  return generation_ == generation.load(std::memory_order_relaxed) ? number_ : -1;
}

void Descriptor::close() {
  const int open_number = number();
  number_ = -1;
  if (open_number < 0) return;
  // Out of the registry first: once closed, another thread may get and register the same number.
  word_of(open_number).fetch_and(~bit_of(open_number), std::memory_order_relaxed);
  ::close(open_number);
}

}  // namespace weir::env
