// One directory by its descriptor; see posix_file_system.h.
#pragma once

#include <sys/stat.h>

#include <string>

#include "env/descriptor.h"
#include "env/file_system.h"

namespace weir::env {

class PosixDirectory : public Directory {
 public:
  PosixDirectory(Descriptor descriptor, std::string path, bool read_only);

  Result<std::unique_ptr<File>> open(std::string_view name, OpenMode mode) override;
  Status remove(std::string_view name) override;
  Status rename(std::string_view from, std::string_view to) override;
  Result<std::vector<std::string>> list() override;
  Status sync() override;
  Result<std::unique_ptr<FileLock>> lock(std::string_view name, bool exclusive) override;
  Result<DiskSpace> space() override;
  const std::string& path() const override { return path_; }

 private:
  enum class Attempt { kTaken, kReplaced };

  std::string path_of(std::string_view name) const { return text(path_, "/", name); }
  Status check_change_allowed(std::string_view what, std::string_view name) const;
  Result<Descriptor> open_regular(const std::string& name, int flags, bool may_create);
  Status check_is_ours(const Descriptor& file, const std::string& name) const;
  Status make_private(const Descriptor& file, const std::string& name) const;
  Result<Attempt> try_lock(const Descriptor& file, const std::string& name, bool exclusive) const;

  const Descriptor descriptor_;
  const std::string path_;
  const bool read_only_;
};

}  // namespace weir::env
