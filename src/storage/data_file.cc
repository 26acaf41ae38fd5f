#include "storage/data_file.h"

namespace weir::storage {

namespace {

std::string hex_name(std::string_view prefix, uint64_t id) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string name(prefix);
  for (int shift = 60; shift >= 0; shift -= 4) name.push_back(kDigits[(id >> shift) & 15]);
  return name;
}

}  // namespace

Result<std::shared_ptr<env::File>> DataFile::file(env::Directory& directory) {
  MutexLock lock(mutex_);
  if (file_ == nullptr) {
    WEIR_ASSIGN(std::unique_ptr<env::File> file, directory.open(name_, env::OpenMode::kRead));
    file_ = std::move(file);
  }
  return file_;
}

void DataFile::set_file(std::shared_ptr<env::File> file) {
  MutexLock lock(mutex_);
  file_ = std::move(file);
}

void DataFile::close() {
  MutexLock lock(mutex_);
  file_.reset();
}

bool DataFile::is_open() {
  MutexLock lock(mutex_);
  return file_ != nullptr;
}

std::string segment_name(uint64_t file_id) { return hex_name("seg-", file_id); }
std::string scratch_name(uint64_t file_id) { return hex_name("scr-", file_id); }

uint64_t parse_name(std::string_view prefix, std::string_view name) {
  if (name.size() != prefix.size() + 16 || name.substr(0, prefix.size()) != prefix) return 0;
  uint64_t id = 0;
  for (const char c : name.substr(prefix.size())) {
    if (c >= '0' && c <= '9') {
      id = id << 4 | static_cast<uint64_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      id = id << 4 | static_cast<uint64_t>(c - 'a' + 10);
    } else {
      return 0;
    }
  }
  return id;
}

}  // namespace weir::storage
