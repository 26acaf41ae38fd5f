#include "weir/output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "common/failure.h"
#include "weir/console.h"

namespace weir::command {
namespace {

using tools::system_failure;

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags) : path_(path) {
    descriptor_ = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
    if (descriptor_ < 0) throw system_failure("write " + path, errno);
  }
  ~Descriptor() { ::close(descriptor_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  void write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) throw system_failure("write " + path_, errno);
      bytes.remove_prefix(static_cast<size_t>(count));
    }
  }

  void sync() const {
    // A pipe or a terminal has nothing to sync and says EINVAL; that is no failure.
    if (::fsync(descriptor_) != 0 && errno != EINVAL && errno != EROFS) {
      throw system_failure("sync " + path_, errno);
    }
  }

 private:
  std::string path_;
  int descriptor_ = -1;
};

void sync_directory(const std::string& path) { Descriptor(path, O_RDONLY | O_DIRECTORY).sync(); }

class StandardOutput : public Output {
 public:
  explicit StandardOutput(std::string terminator) : terminator_(std::move(terminator)) {}
  void write(uint64_t, std::string_view bytes) override { print(std::string(bytes) + terminator_); }
  void finish() override {
    flush_standard_output();
    // Standard output may be a file: `weir queue pop … > file` gets the same promise.
    struct stat status {};
    if (fstat(STDOUT_FILENO, &status) == 0 && S_ISREG(status.st_mode) &&
        fdatasync(STDOUT_FILENO) != 0) {
      throw system_failure("sync standard output", errno);
    }
  }

 private:
  std::string terminator_;
};

class FileOutput : public Output {
 public:
  FileOutput(const std::string& path, std::string terminator)
      : terminator_(std::move(terminator)), file_(path, O_WRONLY | O_CREAT | O_APPEND) {
    std::filesystem::path parent = std::filesystem::path(path).parent_path();
    if (parent.empty()) parent = ".";
    sync_directory(parent.string());
  }
  void write(uint64_t, std::string_view bytes) override {
    file_.write(bytes);
    file_.write(terminator_);
  }
  void finish() override { file_.sync(); }

 private:
  std::string terminator_;
  Descriptor file_;
};

class DirectoryOutput : public Output {
 public:
  explicit DirectoryOutput(const std::string& path) : path_(path) {
    std::error_code failed;
    std::filesystem::create_directories(path, failed);
    if (failed) throw system_failure("make directory " + path, failed.value());
  }
  void write(uint64_t id, std::string_view bytes) override {
    std::array<char, 32> name{};
    // Twenty digits, so that names sort as ids do.
    std::snprintf(name.data(), name.size(), "%020llu", static_cast<unsigned long long>(id));
    const std::string final_path = (path_ / name.data()).string();
    const std::string temporary = final_path + ".part";
    const Descriptor file(temporary, O_WRONLY | O_CREAT | O_TRUNC);
    file.write(bytes);
    file.sync();
    // Whoever watches the directory sees whole messages only.
    if (::rename(temporary.c_str(), final_path.c_str()) != 0) {
      throw system_failure("write " + final_path, errno);
    }
  }
  void finish() override { sync_directory(path_.string()); }

 private:
  std::filesystem::path path_;
};

}  // namespace

std::unique_ptr<Output> open_output(const std::string& path, std::string terminator) {
  std::error_code ignored;
  if (path.empty() || path == "-") return std::make_unique<StandardOutput>(std::move(terminator));
  if (path.back() == '/' || std::filesystem::is_directory(path, ignored)) {
    return std::make_unique<DirectoryOutput>(path);
  }
  return std::make_unique<FileOutput>(path, std::move(terminator));
}

}  // namespace weir::command
