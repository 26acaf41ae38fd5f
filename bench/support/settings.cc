#include "bench/support/settings.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace weir::bench {

Settings& settings() {
  static Settings instance;
  return instance;
}

void read_settings(int* argument_count, char** arguments) {
  constexpr std::string_view kDirectory = "--directory=";
  Settings& values = settings();
  // /tmp is memory on many machines, where a sync costs nothing and a figure says nothing.
  values.directory = "/var/tmp";
  int kept = 1;
  for (int i = 1; i < *argument_count; ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--quick") {
      values.seconds = 1;
      values.disk_bytes = 0;
    } else if (argument.starts_with(kDirectory)) {
      values.directory = argument.substr(kDirectory.size());
    } else {
      arguments[kept++] = arguments[i];
    }
  }
  *argument_count = kept;
}

ScratchDirectory::ScratchDirectory() : path_(settings().directory + "/weir-bench-XXXXXX") {
  if (mkdtemp(path_.data()) == nullptr) {
    std::perror(("make " + path_).c_str());
    std::exit(EXIT_FAILURE);
  }
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace weir::bench
