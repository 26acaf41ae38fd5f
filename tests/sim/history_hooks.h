// A file system that calls a test in the middle of every sync: the place where other threads may look at the store.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "env/file_system.h"

namespace weir::sim {

using SyncHook = std::function<void()>;

class HookedFile : public env::File {
 public:
  HookedFile(std::unique_ptr<env::File> file, const SyncHook& hook)
      : file_(std::move(file)), hook_(hook) {}
  Result<size_t> read_at(uint64_t offset, MutableBytes into) override {
    return file_->read_at(offset, into);
  }
  Status write_at(uint64_t offset, std::span<const ByteView> parts) override {
    return file_->write_at(offset, parts);
  }
  Status sync_data() override {
    if (hook_) hook_();
    return file_->sync_data();
  }
  Result<uint64_t> size() override { return file_->size(); }
  Status truncate(uint64_t size) override { return file_->truncate(size); }
  Result<bool> is_linked() override { return file_->is_linked(); }

 private:
  const std::unique_ptr<env::File> file_;
  const SyncHook& hook_;
};

class HookedDirectory : public env::Directory {
 public:
  HookedDirectory(std::unique_ptr<env::Directory> directory, const SyncHook& hook)
      : directory_(std::move(directory)), hook_(hook) {}
  Result<std::unique_ptr<env::File>> open(std::string_view name, env::OpenMode mode) override {
    WEIR_ASSIGN(std::unique_ptr<env::File> file, directory_->open(name, mode));
    return std::unique_ptr<env::File>(std::make_unique<HookedFile>(std::move(file), hook_));
  }
  Status remove(std::string_view name) override { return directory_->remove(name); }
  Status rename(std::string_view from, std::string_view to) override {
    return directory_->rename(from, to);
  }
  Result<std::vector<std::string>> list() override { return directory_->list(); }
  Status sync() override { return directory_->sync(); }
  Result<std::unique_ptr<env::FileLock>> lock(std::string_view name, bool exclusive) override {
    return directory_->lock(name, exclusive);
  }
  Result<env::DiskSpace> space() override { return directory_->space(); }
  const std::string& path() const override { return directory_->path(); }

 private:
  const std::unique_ptr<env::Directory> directory_;
  const SyncHook& hook_;
};

class HookedFileSystem : public env::FileSystem {
 public:
  explicit HookedFileSystem(env::FileSystem& files) : files_(files) {}
  Result<std::unique_ptr<env::Directory>> open_directory(std::string_view path, bool create,
                                                         bool read_only) override {
    WEIR_ASSIGN(std::unique_ptr<env::Directory> directory,
                files_.open_directory(path, create, read_only));
    return std::unique_ptr<env::Directory>(
        std::make_unique<HookedDirectory>(std::move(directory), hook));
  }

  SyncHook hook;  // called before the sync is done; empty: none

 private:
  env::FileSystem& files_;
};

// How many messages of two queues a look sees while a batch that pushes to both is synced, and after it.
std::string seen_around_a_sync_of_a_batch();

}  // namespace weir::sim
