// The C++ part of a host: its operator new, inlined and inside the C++ library.
#include <memory>
#include <sstream>
#include <string>

#include "host.h"

extern "C" void host_allocate_in_cxx(void) {
  const auto own = std::make_unique<char[]>(1000);
  EXPECT(!host_is_mimalloc(own.get()));
  // Grown inside libstdc++.so, freed by code inlined here: both must be of one allocator.
  std::istringstream lines(std::string(100'000, 'x') + "\n" + std::string(10, 'y'));
  std::string line;
  while (std::getline(lines, line)) EXPECT(!host_is_mimalloc(line.data()));
}
