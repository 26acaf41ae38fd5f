#include "demo/sample.h"

#include <fstream>
#include <string>

namespace weir::demo {

// VmHWM and not getrusage: the latter counts what the process was before exec, too.
void read_resident_bytes(Sample* sample) {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    const auto kibibytes = [&line] { return std::stoull(line.substr(line.find(':') + 1)); };
    if (line.starts_with("VmHWM:")) sample->resident_bytes_peak = kibibytes() << 10;
    if (line.starts_with("VmRSS:")) sample->resident_bytes = kibibytes() << 10;
  }
}

}  // namespace weir::demo
