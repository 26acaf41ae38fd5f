// Where the payloads of a push come from.
#pragma once

#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::command {

struct InputOptions {
  std::vector<std::string> texts;  // each argument is a message
  std::vector<std::string> files;  // each file is a message; "-" is standard input
  bool lines = false;              // each line of the input is a message
};

// Calls `take` with each payload in order. With neither texts nor files, standard input is read.
void for_each_payload(const InputOptions& options,
                      const std::function<void(std::string_view)>& take);

// How many bytes of payload will come, as far as the file system tells; 0 when it does not.
uint64_t input_bytes(const InputOptions& options);

}  // namespace weir::command
