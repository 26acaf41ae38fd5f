// Files, directories and locks of a SimFileSystem.
#pragma once

#include <memory>
#include <string>

#include "tests/sim/sim_file_system.h"

namespace weir::sim {

class SimFile : public env::File {
 public:
  SimFile(SimFileSystem& system, std::shared_ptr<SimFileSystem::Inode> inode, std::string name,
          bool read_only)
      : system_(system), inode_(std::move(inode)), name_(std::move(name)), read_only_(read_only) {}

  Result<size_t> read_at(uint64_t offset, MutableBytes into) override;
  Status write_at(uint64_t offset, std::span<const ByteView> parts) override;
  Status sync_data() override;
  Result<uint64_t> size() override;
  Status truncate(uint64_t size) override;
  Result<bool> is_linked() override;

 private:
  SimFileSystem& system_;
  const std::shared_ptr<SimFileSystem::Inode> inode_;
  const std::string name_;
  const bool read_only_;
};

class SimDirectory : public env::Directory {
 public:
  SimDirectory(SimFileSystem& system, std::shared_ptr<SimFileSystem::Node> node, bool read_only)
      : system_(system), node_(std::move(node)), read_only_(read_only) {}

  Result<std::unique_ptr<env::File>> open(std::string_view name, env::OpenMode mode) override;
  Status remove(std::string_view name) override;
  Status rename(std::string_view from, std::string_view to) override;
  Result<std::vector<std::string>> list() override;
  Status sync() override;
  Result<std::unique_ptr<env::FileLock>> lock(std::string_view name, bool exclusive) override;
  Result<env::DiskSpace> space() override;
  const std::string& path() const override { return node_->path; }

 private:
  Status check_change_allowed(std::string_view name) const;
  Status change_locked(Operation operation, std::string_view from, std::string_view to,
                       std::shared_ptr<SimFileSystem::Inode> inode) WEIR_REQUIRES(system_.mutex_);
  Status create_locked(std::string_view name) WEIR_REQUIRES(system_.mutex_);

  SimFileSystem& system_;
  const std::shared_ptr<SimFileSystem::Node> node_;
  const bool read_only_;
};

}  // namespace weir::sim
