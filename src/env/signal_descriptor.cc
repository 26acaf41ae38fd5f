#include "env/signal_descriptor.h"

#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace weir::env {

Result<std::unique_ptr<SignalDescriptor>> SignalDescriptor::create() {
  Descriptor descriptor = Descriptor::open_event();
  if (!descriptor.is_open()) {
    const int failure = errno;
    const bool scarce = failure == EMFILE || failure == ENFILE;
    return Status(scarce ? Code::kLimit : Code::kIo, "no event descriptor can be opened", failure);
  }
  return std::unique_ptr<SignalDescriptor>(new SignalDescriptor(std::move(descriptor)));
}

// Both are non-blocking, and their only refusals are harmless: the counter is full (it is set), or zero (it is clear).
void SignalDescriptor::set() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(descriptor_.number(), &one, sizeof one);
}

void SignalDescriptor::clear() {
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t read = ::read(descriptor_.number(), &count, sizeof count);
}

}  // namespace weir::env
