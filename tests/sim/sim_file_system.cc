#include "tests/sim/sim_file_system.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "env/posix_error.h"
#include "tests/sim/sim_directory.h"

namespace weir::sim {

namespace {

constexpr size_t kTraceEntries = 64;

const char* operation_name(Operation operation) {
  switch (operation) {
    case kWrite:
      return "write";
    case kSync:
      return "sync";
    case kTruncate:
      return "truncate";
    case kCreate:
      return "create";
    case kRename:
      return "rename";
    case kRemove:
      return "remove";
    case kSyncDirectory:
      return "sync directory";
    case kMakeDirectory:
      return "make directory";
    case kRead:
      return "read";
    case kOpen:
      return "open";
    case kList:
      return "list";
    case kLock:
      return "lock";
    case kLook:
      return "look at";
  }
  return "?";
}

int errno_of(FaultKind kind) {
  switch (kind) {
    case FaultKind::kEio:
      return EIO;
    case FaultKind::kNoSpace:
      return ENOSPC;
    case FaultKind::kEdquot:
      return EDQUOT;
    case FaultKind::kReadOnlyFs:
      return EROFS;
    case FaultKind::kEintr:
    case FaultKind::kShort:
      break;
  }
  return EINTR;
}

bool is_transparent(FaultKind kind) {
  return kind == FaultKind::kEintr || kind == FaultKind::kShort;
}

std::string without_trailing_slashes(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return std::string(path);
}

std::pair<std::string_view, std::string_view> split(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {"", path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

}  // namespace

SimFileSystem::SimFileSystem(uint64_t seed) : prng_(seed) {}

SimFileSystem::~SimFileSystem() = default;

Result<std::unique_ptr<env::Directory>> SimFileSystem::open_directory(std::string_view path,
                                                                      bool create, bool read_only) {
  MutexLock lock(mutex_);
  if (path.empty()) return Status(Code::kInvalidArgument, "path is empty");
  const std::string own_path = without_trailing_slashes(path);
  if (find(own_path) != nullptr) {
    return Status(Code::kInvalidArgument, text(own_path, " is not a directory"), ENOTDIR);
  }
  auto found = directories_.find(own_path);
  const bool make = found == directories_.end() && create && !read_only;
  const Gate gate = enter(make ? kMakeDirectory : kOpen, own_path);
  if (gate.verdict != Verdict::kProceed) return gate.status;
  if (make) {
    auto node = std::make_shared<Node>();
    node->path = own_path;
    found = directories_.emplace(own_path, std::move(node)).first;
  }
  if (found == directories_.end()) return Code::kNotFound;
  return std::unique_ptr<env::Directory>(
      std::make_unique<SimDirectory>(*this, found->second, read_only));
}

SimFileSystem::Gate SimFileSystem::enter(Operation operation, std::string_view name,
                                         uint64_t offset, uint64_t size) {
  Gate gate;
  if (!crashed_) {
    if ((operation & kChanges) != 0) ++io_count_;
    if (operation == kSync || operation == kSyncDirectory) ++sync_count_;
    if (operation == kRead) ++read_count_;
    crashed_ = (operation & kChanges) != 0 && io_count_ == crash_point_;
    if (crashed_) {
      gate.verdict = Verdict::kCutNow;
    } else if (fault_hits(operation)) {
      gate.verdict = Verdict::kFault;
    }
  } else {
    gate.verdict = Verdict::kRefused;
  }
  if (trace_.size() < kTraceEntries) trace_.resize(kTraceEntries);
  Entry& entry = trace_[trace_count_++ % kTraceEntries];
  entry.operation = operation;
  entry.name.assign(name);
  entry.offset = offset;
  entry.size = size;
  entry.io_point = io_count_;
  entry.verdict = gate.verdict;
  if (gate.verdict == Verdict::kFault) {
    gate.status = fault_status(operation, name);
  } else if (gate.verdict != Verdict::kProceed) {
    gate.status =
        Status(Code::kIo,
               text("cannot ", operation_name(operation), " ", name, ": simulated power cut"), EIO);
  }
  return gate;
}

bool SimFileSystem::fault_hits(Operation operation) {
  if (fault_in_ == 0 || (fault_operations_ & operation) == 0) return false;
  const bool any_operation = fault_kind_ == FaultKind::kEio || is_transparent(fault_kind_);
  if (!any_operation && (operation & kChanges) == 0) return false;
  if (fault_in_ > 1) {
    --fault_in_;
    return false;
  }
  ++fault_count_;
  if (!fault_for_ever_) fault_in_ = 0;
  return !is_transparent(fault_kind_);
}

Status SimFileSystem::fault_status(Operation operation, std::string_view name) const {
  const int os_error = errno_of(fault_kind_);
  const bool sync = operation == kSync || operation == kSyncDirectory;
  // As the POSIX implementation: no cause of a failed sync is better than another.
  return env::posix_failure(sync ? Code::kIo : env::code_of_errno(os_error),
                            text("cannot ", operation_name(operation), " ", name, " (simulated)"),
                            os_error);
}

// --- Changes of files, shared by whole and by half-done calls ---

uint64_t SimFileSystem::used_bytes() const {
  uint64_t used = 0;
  for (const auto& [path, node] : directories_) {
    for (const auto& [name, inode] : node->names) used += align_up(inode->cache.size(), kPageBytes);
  }
  return used;
}

// The first `limit` bytes of a write.
void SimFileSystem::write_some(Inode& inode, uint64_t offset, std::span<const ByteView> parts,
                               uint64_t limit) {
  if (limit == 0) return;
  // A hole in front is new as well.
  const uint64_t changed_from = std::min(offset, inode.cache.size());
  uint64_t at = offset;
  for (ByteView part : parts) {
    part = part.first(std::min<uint64_t>(part.size(), offset + limit - at));
    inode.cache.write(at, part);
    at += part.size();
  }
  inode.dirty.insert(changed_from / kSectorBytes, (at - 1) / kSectorBytes);
  inode.largest_size = std::max(inode.largest_size, inode.cache.size());
}

void SimFileSystem::resize_some(Inode& inode, uint64_t size) {
  const uint64_t before = inode.cache.size();
  if (size == before) return;
  inode.cache.resize(size);
  // Also when it shrinks: until the next sync the disk has the old bytes, which may come back.
  inode.dirty.insert(std::min(before, size) / kSectorBytes,
                     (std::max(before, size) - 1) / kSectorBytes);
  inode.smallest_size = std::min(inode.smallest_size, size);
  inode.largest_size = std::max(inode.largest_size, size);
}

// What a failed sync leaves.
void SimFileSystem::forget_dirty(Inode& inode) {
  uint64_t next_page = 0;
  for (const auto& [first, last] : inode.dirty.intervals()) {
    for (uint64_t page = std::max(next_page, first / kSectorsPerPage);
         page <= last / kSectorsPerPage; ++page) {
      next_page = page + 1;
      if (!prng_.one_in(2)) continue;
      std::array<uint8_t, kPageBytes> rubbish = {};
      if (prng_.one_in(2)) {
        for (size_t at = 0; at < kPageBytes; at += 8) store_little(&rubbish[at], prng_.next());
      }
      inode.disk.overwrite_page(page, rubbish);
    }
  }
  inode.dirty.clear();
}

void SimFileSystem::Node::apply(const Change& change, Names& names) {
  if (!change.from.empty()) names.erase(change.from);
  if (!change.to.empty()) names[change.to] = change.inode;
}

void SimFileSystem::Node::change(std::string from, std::string to, std::shared_ptr<Inode> inode) {
  const auto replaced = names.find(to.empty() ? from : to);
  if (replaced != names.end() && (to.empty() || replaced->second != inode)) {
    replaced->second->linked = false;
  }
  pending.push_back({std::move(from), std::move(to), std::move(inode)});
  apply(pending.back(), names);
}

// --- Faults and counters ---

void SimFileSystem::crash_at(uint64_t io_point) {
  MutexLock lock(mutex_);
  crash_point_ = io_point;
}

void SimFileSystem::crash_now() {
  MutexLock lock(mutex_);
  crashed_ = true;
}

bool SimFileSystem::crashed() const {
  MutexLock lock(mutex_);
  return crashed_;
}

void SimFileSystem::fail_at(uint64_t nth_call, FaultKind kind, bool for_ever, uint32_t operations) {
  MutexLock lock(mutex_);
  fault_in_ = nth_call;
  fault_kind_ = kind;
  fault_for_ever_ = for_ever;
  fault_operations_ = operations;
  fault_count_ = 0;
}

uint64_t SimFileSystem::fault_count() const {
  MutexLock lock(mutex_);
  return fault_count_;
}

void SimFileSystem::set_capacity(uint64_t bytes) {
  MutexLock lock(mutex_);
  capacity_ = bytes;
}

void SimFileSystem::delete_directory(std::string_view path) {
  MutexLock lock(mutex_);
  const auto found = directories_.find(path);
  if (found == directories_.end()) return;
  found->second->linked = false;
  for (const auto& [name, inode] : found->second->names) inode->linked = false;
  found->second->names.clear();
  directories_.erase(found);
}

uint64_t SimFileSystem::io_count() const {
  MutexLock lock(mutex_);
  return io_count_;
}

uint64_t SimFileSystem::sync_count() const {
  MutexLock lock(mutex_);
  return sync_count_;
}

uint64_t SimFileSystem::read_count() const {
  MutexLock lock(mutex_);
  return read_count_;
}

std::string SimFileSystem::trace() const {
  MutexLock lock(mutex_);
  std::string lines;
  const uint64_t shown = std::min<uint64_t>(trace_count_, kTraceEntries);
  for (uint64_t number = trace_count_ - shown; number < trace_count_; ++number) {
    const Entry& entry = trace_[number % kTraceEntries];
    lines += text("#", entry.io_point, " ", operation_name(entry.operation), " ", entry.name);
    if (entry.size != 0) lines += text(" ", entry.size, " bytes at ", entry.offset);
    if (entry.verdict == Verdict::kFault) lines += "  <- fault";
    if (entry.verdict == Verdict::kCutNow) lines += "  <- power cut";
    if (entry.verdict == Verdict::kRefused) lines += "  (no power)";
    lines += "\n";
  }
  return lines;
}

// --- Content ---

std::shared_ptr<SimFileSystem::Inode> SimFileSystem::find(std::string_view path) const {
  const auto [directory, name] = split(path);
  const auto node = directories_.find(directory);
  if (node == directories_.end()) return nullptr;
  const auto found = node->second->names.find(name);
  return found == node->second->names.end() ? nullptr : found->second;
}

uint64_t SimFileSystem::image_hash() const {
  MutexLock lock(mutex_);
  uint64_t hash = 0;
  for (const auto& [path, node] : directories_) {
    for (const auto& [name, inode] : node->names) {
      for (const char letter : path + "/" + name) hash = mix(hash, static_cast<uint8_t>(letter));
      hash = mix(hash, inode->cache.hash());
    }
  }
  return hash;
}

std::vector<std::string> SimFileSystem::file_paths() const {
  MutexLock lock(mutex_);
  std::vector<std::string> paths;
  for (const auto& [path, node] : directories_) {
    for (const auto& [name, inode] : node->names) paths.push_back(path + "/" + name);
  }
  return paths;
}

bool SimFileSystem::exists(std::string_view path) const {
  MutexLock lock(mutex_);
  return find(path) != nullptr;
}

std::vector<uint8_t> SimFileSystem::content(std::string_view path) const {
  MutexLock lock(mutex_);
  const std::shared_ptr<Inode> inode = find(path);
  WEIR_ASSERT(inode != nullptr);
  std::vector<uint8_t> bytes(inode->cache.size());
  inode->cache.read(0, bytes);
  return bytes;
}

void SimFileSystem::set_content(std::string_view path, ByteView bytes) {
  MutexLock lock(mutex_);
  std::shared_ptr<Inode> inode = find(path);
  if (inode == nullptr) {
    const auto [directory, name] = split(path);
    const auto node = directories_.find(directory);
    WEIR_ASSERT(node != directories_.end());
    inode = std::make_shared<Inode>();
    Node::apply({"", std::string(name), inode}, node->second->names);
    Node::apply({"", std::string(name), inode}, node->second->durable_names);
  }
  inode->cache = SimImage();
  inode->cache.write(0, bytes);
  inode->disk = inode->cache;
  inode->dirty.clear();
  inode->smallest_size = inode->largest_size = bytes.size();
}

void SimFileSystem::overwrite(std::string_view path, uint64_t offset, ByteView bytes) {
  MutexLock lock(mutex_);
  const std::shared_ptr<Inode> inode = find(path);
  WEIR_ASSERT(inode != nullptr && offset + bytes.size() <= inode->cache.size());
  const uint64_t disk_size = inode->disk.size();
  inode->cache.write(offset, bytes);
  inode->disk.write(offset, bytes);
  inode->disk.resize(disk_size);
}

void SimFileSystem::flip_bit(std::string_view path, uint64_t offset, unsigned bit) {
  std::vector<uint8_t> bytes = content(path);
  WEIR_ASSERT(offset < bytes.size() && bit < 8);
  const uint8_t changed[1] = {static_cast<uint8_t>(bytes[offset] ^ (1U << bit))};
  overwrite(path, offset, changed);
}

}  // namespace weir::sim
