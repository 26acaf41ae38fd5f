#include "tests/sim/sim_directory.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "env/file_name.h"
#include "env/posix_error.h"

namespace weir::sim {

namespace {

uint64_t total_size(std::span<const ByteView> parts) {
  uint64_t total = 0;
  for (const ByteView part : parts) total += part.size();
  return total;
}

}  // namespace

class SimFileLock : public env::FileLock {
 public:
  SimFileLock(SimFileSystem& system, std::shared_ptr<SimFileSystem::Node> node, std::string name,
              bool exclusive)
      : system_(system), node_(std::move(node)), name_(std::move(name)), exclusive_(exclusive) {}

  ~SimFileLock() override {
    MutexLock lock(system_.mutex_);
    SimFileSystem::Node::LockState& state = node_->locks[name_];
    if (exclusive_) {
      state.exclusive = false;
    } else {
      --state.shared;
    }
  }

 private:
  SimFileSystem& system_;
  const std::shared_ptr<SimFileSystem::Node> node_;
  const std::string name_;
  const bool exclusive_;
};

// --- SimFile ---

Result<size_t> SimFile::read_at(uint64_t offset, MutableBytes into) {
  MutexLock lock(system_.mutex_);
  const auto gate = system_.enter(kRead, name_, offset, into.size());
  if (gate.verdict != SimFileSystem::Verdict::kProceed) return gate.status;
  const uint64_t size = inode_->cache.size();
  const size_t got = offset >= size ? 0 : std::min<uint64_t>(into.size(), size - offset);
  inode_->cache.read(offset, into.first(got));
  return got;
}

Status SimFile::write_at(uint64_t offset, std::span<const ByteView> parts) {
  MutexLock lock(system_.mutex_);
  const uint64_t size = total_size(parts);
  if (read_only_) return env::posix_failure(text("cannot write ", name_), EBADF);
  const auto gate = system_.enter(kWrite, name_, offset, size);
  uint64_t done = size;
  if (gate.verdict == SimFileSystem::Verdict::kRefused) return gate.status;
  if (gate.verdict == SimFileSystem::Verdict::kCutNow) {
    // Up to a sector's border somewhere inside.
    const uint64_t sectors = (offset + size) / kSectorBytes - offset / kSectorBytes + 2;
    const uint64_t border = (offset / kSectorBytes + system_.prng_.below(sectors)) * kSectorBytes;
    done = std::min(size, border > offset ? border - offset : 0);
  } else if (gate.verdict == SimFileSystem::Verdict::kFault) {
    done = gate.status.code() == Code::kReadOnly ? 0 : system_.prng_.below(size + 1);
  }
  Status status = gate.status;
  const uint64_t mine = align_up(inode_->cache.size(), kPageBytes);
  const uint64_t used = system_.used_bytes();
  const uint64_t room = mine + (system_.capacity_ > used ? system_.capacity_ - used : 0);
  const uint64_t end_max = std::max(room / kPageBytes * kPageBytes, mine);
  if (offset + done > end_max && done != 0) {
    done = end_max > offset ? end_max - offset : 0;
    status = env::posix_failure(
        text("cannot write ", size, " bytes at ", offset, " of ", name_, " (simulated)"), ENOSPC);
  }
  system_.write_some(*inode_, offset, parts, done);
  return status;
}

Status SimFile::sync_data() {
  MutexLock lock(system_.mutex_);
  const auto gate = system_.enter(kSync, name_);
  if (gate.verdict == SimFileSystem::Verdict::kFault) system_.forget_dirty(*inode_);
  if (gate.verdict != SimFileSystem::Verdict::kProceed) return gate.status;
  SimFileSystem::Inode& inode = *inode_;
  for (const auto& [first, last] : inode.dirty.intervals()) {
    inode.disk.copy_sectors(inode.cache, first, last);
  }
  inode.dirty.clear();
  inode.disk.resize(inode.cache.size());
  inode.smallest_size = inode.largest_size = inode.cache.size();
  return {};
}

Result<uint64_t> SimFile::size() {
  MutexLock lock(system_.mutex_);
  const auto gate = system_.enter(kLook, name_);
  if (gate.verdict != SimFileSystem::Verdict::kProceed) return gate.status;
  return inode_->cache.size();
}

Status SimFile::truncate(uint64_t size) {
  MutexLock lock(system_.mutex_);
  if (read_only_) return env::posix_failure(text("cannot truncate ", name_), EINVAL);
  const auto gate = system_.enter(kTruncate, name_, 0, size);
  const bool cut = gate.verdict == SimFileSystem::Verdict::kCutNow;
  if (cut || gate.verdict == SimFileSystem::Verdict::kProceed) system_.resize_some(*inode_, size);
  return gate.status;
}

Result<bool> SimFile::is_linked() {
  MutexLock lock(system_.mutex_);
  const auto gate = system_.enter(kLook, name_);
  if (gate.verdict != SimFileSystem::Verdict::kProceed) return gate.status;
  return inode_->linked;
}

// --- SimDirectory ---

Status SimDirectory::check_change_allowed(std::string_view name) const {
  WEIR_TRY(env::check_file_name(name));
  if (!read_only_) return {};
  return {Code::kReadOnly, text("cannot change ", node_->path, "/", name, ": opened read-only")};
}

// A change that the power cut falls into is made: whether it survives is decided at the next boot.
Status SimDirectory::change_locked(Operation operation, std::string_view from, std::string_view to,
                                   std::shared_ptr<SimFileSystem::Inode> inode) {
  const auto gate = system_.enter(operation, from.empty() ? to : from);
  const bool cut = gate.verdict == SimFileSystem::Verdict::kCutNow;
  if (cut || gate.verdict == SimFileSystem::Verdict::kProceed) {
    node_->change(std::string(from), std::string(to), std::move(inode));
  }
  return gate.status;
}

Status SimDirectory::create_locked(std::string_view name) {
  if (!node_->linked) {
    return env::posix_failure(text("cannot open ", node_->path, "/", name), ENOENT);
  }
  return change_locked(kCreate, "", name, std::make_shared<SimFileSystem::Inode>());
}

Result<std::unique_ptr<env::File>> SimDirectory::open(std::string_view name, env::OpenMode mode) {
  const bool read = mode == env::OpenMode::kRead;
  WEIR_TRY(read ? env::check_file_name(name) : check_change_allowed(name));
  MutexLock lock(system_.mutex_);
  auto found = node_->names.find(name);
  if (mode == env::OpenMode::kCreateNew) {
    if (found != node_->names.end()) {
      return env::posix_failure(Code::kExists, text("cannot open ", node_->path, "/", name),
                                EEXIST);
    }
    WEIR_TRY(create_locked(name));
    found = node_->names.find(name);
  } else {
    const auto gate = system_.enter(kOpen, name);
    if (gate.verdict != SimFileSystem::Verdict::kProceed) return gate.status;
    if (found == node_->names.end()) return Code::kNotFound;
  }
  return std::unique_ptr<env::File>(
      std::make_unique<SimFile>(system_, found->second, std::string(name), read));
}

Status SimDirectory::remove(std::string_view name) {
  WEIR_TRY(check_change_allowed(name));
  MutexLock lock(system_.mutex_);
  // The name is looked at first, as the system does, but a machine without power does not even do
  // that.
  if (node_->names.find(name) == node_->names.end() && !system_.crashed_) return Code::kNotFound;
  return change_locked(kRemove, name, "", nullptr);
}

Status SimDirectory::rename(std::string_view from, std::string_view to) {
  WEIR_TRY(check_change_allowed(from));
  WEIR_TRY(env::check_file_name(to));
  MutexLock lock(system_.mutex_);
  const auto found = node_->names.find(from);
  if (found == node_->names.end() && !system_.crashed_) {
    return env::posix_failure(text("cannot rename ", node_->path, "/", from, " to ", to), ENOENT);
  }
  if (from == to) return {};
  return change_locked(kRename, from, to, found == node_->names.end() ? nullptr : found->second);
}

Result<std::vector<std::string>> SimDirectory::list() {
  MutexLock lock(system_.mutex_);
  const auto gate = system_.enter(kList, node_->path);
  if (gate.verdict != SimFileSystem::Verdict::kProceed) return gate.status;
  std::vector<std::string> names;
  for (const auto& [name, inode] : node_->names) names.push_back(name);
  return names;
}

Status SimDirectory::sync() {
  MutexLock lock(system_.mutex_);
  const auto gate = system_.enter(kSyncDirectory, node_->path);
  const bool fault = gate.verdict == SimFileSystem::Verdict::kFault;
  if (!fault && gate.verdict != SimFileSystem::Verdict::kProceed) return gate.status;
  // A failed sync makes some of the changes durable and forgets the others for ever.
  std::vector<SimFileSystem::Node::Change>& pending = node_->pending;
  const uint64_t durable = fault ? system_.prng_.below(pending.size() + 1) : pending.size();
  for (size_t index = 0; index < durable; ++index) {
    SimFileSystem::Node::apply(pending[index], node_->durable_names);
  }
  pending.clear();
  if (fault || node_->linked) return gate.status;
  return env::posix_failure(text("directory ", node_->path, " was deleted"), ENOENT);
}

Result<std::unique_ptr<env::FileLock>> SimDirectory::lock(std::string_view name, bool exclusive) {
  WEIR_TRY(exclusive ? check_change_allowed(name) : env::check_file_name(name));
  MutexLock lock(system_.mutex_);
  const auto gate = system_.enter(kLock, name);
  if (gate.verdict != SimFileSystem::Verdict::kProceed) return gate.status;
  if (node_->names.find(name) == node_->names.end()) {
    if (!exclusive) return std::unique_ptr<env::FileLock>(std::make_unique<env::FileLock>());
    WEIR_TRY(create_locked(name));
  }
  SimFileSystem::Node::LockState& state = node_->locks[std::string(name)];
  if (state.exclusive || (exclusive && state.shared != 0)) {
    const char* const holder = state.exclusive ? "process 1" : "another process";
    return Status(Code::kLocked, text("store ", node_->path, " is in use by ", holder),
                  EWOULDBLOCK);
  }
  state.exclusive = exclusive;
  if (!exclusive) ++state.shared;
  return std::unique_ptr<env::FileLock>(
      std::make_unique<SimFileLock>(system_, node_, std::string(name), exclusive));
}

Result<env::DiskSpace> SimDirectory::space() {
  MutexLock lock(system_.mutex_);
  const auto gate = system_.enter(kLook, node_->path);
  if (gate.verdict != SimFileSystem::Verdict::kProceed) return gate.status;
  const uint64_t used = system_.used_bytes();
  env::DiskSpace space;
  space.total_bytes = system_.capacity_;
  space.free_bytes = used < system_.capacity_ ? system_.capacity_ - used : 0;
  return space;
}

}  // namespace weir::sim
