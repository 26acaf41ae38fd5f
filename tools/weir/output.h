// Where popped payloads go. A message may be acknowledged only after finish() has returned.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace weir::command {

class Output {
 public:
  virtual ~Output() = default;
  virtual void write(uint64_t id, std::string_view bytes) = 0;
  // Everything written so far has left this process and, where it is a file, is on stable storage.
  virtual void finish() = 0;
};

// "" is standard output. An existing directory, or a path that ends in '/', gets one file for each
// message, named by its id; any other path is a file to which the payloads are appended.
// `terminator` follows every payload outside a directory.
std::unique_ptr<Output> open_output(const std::string& path, std::string terminator);

}  // namespace weir::command
