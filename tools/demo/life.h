// One life of the worker process, from exec to its end.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "demo/sample.h"

namespace weir::demo {

class Life {
 public:
  enum class Read { kSample, kNothing, kEnded };

  explicit Life(const std::filesystem::path& work);
  ~Life();  // kills what still runs
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;

  // Waits up to timeout_ms for the worker's next sample.
  Read read(Sample* sample, int timeout_ms);

  // SIGKILL, and waits until the system has taken everything back, the store's lock included.
  void kill();

  // Lets a worker that is done close its store, and waits for its end. Returns how it ended: "" when
  // well.
  std::string finish();

 private:
  std::string wait();

  pid_t process_ = -1;
  int control_ = -1;  // its standard input: closed means "end"
  int reports_ = -1;  // its standard output
};

}  // namespace weir::demo
