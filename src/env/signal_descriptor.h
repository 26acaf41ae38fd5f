// SignalDescriptor: a descriptor that event loops wait on: readable while it is set. The one thing of env that is real
// in simulations, too: nobody waits for it there, and it has no time.
//
// Thread class: shared.
#pragma once

#include <memory>

#include "base/result.h"
#include "env/descriptor.h"

namespace weir::env {

class SignalDescriptor {
 public:
  // kLimit or kIo: the system has no descriptor left.
  static Result<std::unique_ptr<SignalDescriptor>> create();
  // -1 in a forked child.
  int number() const { return descriptor_.number(); }
  void set();
  void clear();

 private:
  explicit SignalDescriptor(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  Descriptor descriptor_;
};

}  // namespace weir::env
