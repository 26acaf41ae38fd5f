#include "weir/input.h"

#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "common/failure.h"
#include "common/units.h"

namespace weir::command {
namespace {

// A file without an end would otherwise take the machine's memory before the library refuses it.
constexpr size_t kMessageBytesMax = 64ULL << 20;

struct FileCloser {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

std::string shown(const std::string& path) { return path == "-" ? "standard input" : path; }

File open_file(const std::string& path) {
  if (path == "-") return File(stdin);
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    throw tools::Failure(tools::kExitError, "read " + path +
                                                ": it is a directory; name the files in it, for "
                                                "example " +
                                                path + "/*");
  }
  File file(std::fopen(path.c_str(), "rbe"));
  if (!file) throw tools::system_failure("read " + path, errno);
  return file;
}

std::string read_whole(const std::string& path) {
  const File file = open_file(path);
  std::string bytes;
  std::array<char, 1 << 16> part{};
  for (size_t count = 0; (count = std::fread(part.data(), 1, part.size(), file.get())) > 0;) {
    bytes.append(part.data(), count);
    if (bytes.size() > kMessageBytesMax) {
      throw tools::Failure(tools::kExitError,
                           "read " + shown(path) + ": more than " +
                               tools::human_bytes(kMessageBytesMax) +
                               ", the largest message; split it, or push its --lines");
    }
  }
  if (std::ferror(file.get()) != 0) throw tools::system_failure("read " + shown(path), errno);
  return bytes;
}

void for_each_line(const std::string& path, const std::function<void(std::string_view)>& take) {
  const File file = open_file(path);
  char* line = nullptr;
  size_t capacity = 0;
  ssize_t size = 0;
  // getline owns the buffer and moves it as it grows.
  const auto release = [&line](void*) { std::free(line); };
  const std::unique_ptr<void, decltype(release)> owner(&line, release);
  while ((size = getline(&line, &capacity, file.get())) >= 0) {
    std::string_view text(line, static_cast<size_t>(size));
    if (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    take(text);
  }
  if (std::ferror(file.get()) != 0) throw tools::system_failure("read " + shown(path), errno);
}

}  // namespace

void for_each_payload(const InputOptions& options,
                      const std::function<void(std::string_view)>& take) {
  for (const std::string& text : options.texts) take(text);
  std::vector<std::string> files = options.files;
  if (files.empty() && options.texts.empty()) files.emplace_back("-");
  for (const std::string& path : files) {
    if (options.lines) {
      for_each_line(path, take);
    } else {
      take(read_whole(path));
    }
  }
}

uint64_t input_bytes(const InputOptions& options) {
  uint64_t sum = 0;
  for (const std::string& text : options.texts) sum += text.size();
  for (const std::string& path : options.files) {
    struct stat status {};
    if (path == "-" || stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return 0;
    sum += static_cast<uint64_t>(status.st_size);
  }
  return sum;
}

}  // namespace weir::command
