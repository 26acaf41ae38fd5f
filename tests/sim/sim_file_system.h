// SimFileSystem: a file system in memory that loses what a disk may lose (RELIABILITY.md §4.1).
//
//  - A file has two images: what readers see (cache) and what is on the disk, and the 512-byte
//    sectors in which the disk is behind (dirty). sync_data brings the disk up to date; it says
//    nothing about the name.
//  - A directory has the names readers see, the durable names, and the changes in between, in
//    order.
//  - A failed sync forgets its dirty sectors: no later sync writes them, readers go on seeing them,
//    and any 4 KiB block it was to write may be destroyed on the disk.
//  - Each write_at, sync_data, truncate, create, rename, remove, directory sync and making of a
//    directory is one I/O point. crash_at(k) cuts the power in the middle of the k-th from the
//    start of this object.
//  - after_power_cut makes the file system that the next boot finds, after_process_kill that which
//    the next process finds; both count from zero, without faults or locks.
//  - A lost sector may be zeros even if a part of it was synced before: whoever syncs starts the
//    next write on a fresh block.
//
// Everything is decided from the seed: same calls, same outcome. One mutex; files, directories and
// locks must not outlive the file system. Paths of files in this interface are
// "<directory>/<name>".
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/number_set.h"
#include "base/prng.h"
#include "base/sync.h"
#include "env/file_system.h"
#include "tests/sim/sim_image.h"

namespace weir::sim {

// Bits, to choose several. Up to kMakeDirectory they are I/O points.
enum Operation : uint32_t {
  kWrite = 1U << 0,
  kSync = 1U << 1,
  kTruncate = 1U << 2,
  kCreate = 1U << 3,
  kRename = 1U << 4,
  kRemove = 1U << 5,
  kSyncDirectory = 1U << 6,
  kMakeDirectory = 1U << 7,
  kRead = 1U << 8,
  kOpen = 1U << 9,  // of a file that exists, or of a directory
  kList = 1U << 10,
  kLock = 1U << 11,
  kLook = 1U << 12,  // size, is_linked, space
};
inline constexpr uint32_t kChanges = kMakeDirectory * 2 - 1;
inline constexpr uint32_t kAnyOperation = kLook * 2 - 1;

enum class FaultKind {
  kEio,
  kNoSpace,
  kEdquot,
  kReadOnlyFs,
  // What the layer below finishes in a loop: the caller sees nothing.
  kEintr,
  kShort,
};

enum class LossMode {
  kNothing,       // all that was written survives
  kEverything,    // only what was synced survives
  kRandom,        // any sectors, and the first of the name changes (as ext4 does)
  kRandomStrict,  // any sectors, and any of the name changes (all that POSIX promises)
};

class SimFileSystem : public env::FileSystem {
 public:
  explicit SimFileSystem(uint64_t seed = 1);
  ~SimFileSystem() override;

  Result<std::unique_ptr<env::Directory>> open_directory(std::string_view path, bool create,
                                                         bool read_only) override;

  // --- Power and processes ---
  void crash_at(uint64_t io_point);  // 1: the first one; 0: never
  void crash_now();
  bool crashed() const;
  std::unique_ptr<SimFileSystem> after_power_cut(uint64_t seed, LossMode mode) const;
  std::unique_ptr<SimFileSystem> after_process_kill() const;

  // --- Faults --- The nth call from now (1: the next) among `operations` fails, and all later ones
  // when `for_ever`. Reading calls know only kEio (and the two that nobody sees). nth = 0: no
  // fault.
  void fail_at(uint64_t nth_call, FaultKind kind, bool for_ever,
               uint32_t operations = kAnyOperation);
  uint64_t fault_count() const;  // how many calls the plan has hit
  void set_capacity(uint64_t bytes);
  void delete_directory(std::string_view path);  // with all its files, under whoever uses them

  // --- What happened ---
  uint64_t io_count() const;
  uint64_t sync_count() const;  // of files and directories
  uint64_t read_count() const;
  std::string trace() const;  // the last operations, a line each

  // --- What readers see, past all faults. A change reaches the disk at once ---
  uint64_t image_hash() const;
  std::vector<std::string> file_paths() const;
  bool exists(std::string_view path) const;
  std::vector<uint8_t> content(std::string_view path) const;
  void set_content(std::string_view path, ByteView bytes);  // makes the file when there is none
  void overwrite(std::string_view path, uint64_t offset, ByteView bytes);
  void flip_bit(std::string_view path, uint64_t offset, unsigned bit);

  struct Inode;
  struct Node;

 private:
  friend class SimFile;
  friend class SimDirectory;
  friend class SimFileLock;

  enum class Verdict { kProceed, kCutNow, kRefused, kFault };
  struct Entry {
    Operation operation = kLook;
    std::string name;
    uint64_t offset = 0;
    uint64_t size = 0;
    uint64_t io_point = 0;
    Verdict verdict = Verdict::kProceed;
  };
  // What becomes of a call; `status` when it does not proceed.
  struct Gate {
    Verdict verdict = Verdict::kProceed;
    Status status;
  };

  Gate enter(Operation operation, std::string_view name, uint64_t offset = 0, uint64_t size = 0)
      WEIR_REQUIRES(mutex_);
  bool fault_hits(Operation operation) WEIR_REQUIRES(mutex_);
  Status fault_status(Operation operation, std::string_view name) const WEIR_REQUIRES(mutex_);
  uint64_t used_bytes() const WEIR_REQUIRES(mutex_);
  void write_some(Inode& inode, uint64_t offset, std::span<const ByteView> parts, uint64_t limit)
      WEIR_REQUIRES(mutex_);
  void resize_some(Inode& inode, uint64_t size) WEIR_REQUIRES(mutex_);
  void forget_dirty(Inode& inode) WEIR_REQUIRES(mutex_);
  std::shared_ptr<Inode> find(std::string_view path) const WEIR_REQUIRES(mutex_);
  std::unique_ptr<SimFileSystem> next(uint64_t seed) const WEIR_REQUIRES(mutex_);

  mutable Mutex mutex_;
  Prng prng_ WEIR_GUARDED_BY(mutex_);
  std::map<std::string, std::shared_ptr<Node>, std::less<>> directories_ WEIR_GUARDED_BY(mutex_);
  uint64_t capacity_ WEIR_GUARDED_BY(mutex_) = uint64_t{1} << 40;

  uint64_t io_count_ WEIR_GUARDED_BY(mutex_) = 0;
  uint64_t sync_count_ WEIR_GUARDED_BY(mutex_) = 0;
  uint64_t read_count_ WEIR_GUARDED_BY(mutex_) = 0;
  uint64_t crash_point_ WEIR_GUARDED_BY(mutex_) = 0;
  bool crashed_ WEIR_GUARDED_BY(mutex_) = false;

  FaultKind fault_kind_ WEIR_GUARDED_BY(mutex_) = FaultKind::kEio;
  uint64_t fault_in_ WEIR_GUARDED_BY(mutex_) = 0;  // matching calls until the fault; 0: none
  bool fault_for_ever_ WEIR_GUARDED_BY(mutex_) = false;
  uint32_t fault_operations_ WEIR_GUARDED_BY(mutex_) = 0;
  uint64_t fault_count_ WEIR_GUARDED_BY(mutex_) = 0;

  std::vector<Entry> trace_ WEIR_GUARDED_BY(mutex_);  // a ring
  uint64_t trace_count_ WEIR_GUARDED_BY(mutex_) = 0;
};

// A file's two images.
struct SimFileSystem::Inode {
  SimImage cache;
  SimImage disk;
  NumberSet dirty;  // sectors
  // All sizes the file had since its last good sync lie between these, the synced one included.
  uint64_t smallest_size = 0;
  uint64_t largest_size = 0;
  bool linked = true;
};

// A directory.
struct SimFileSystem::Node {
  using Names = std::map<std::string, std::shared_ptr<Inode>, std::less<>>;
  // A create has no `from`, a remove no `to`.
  struct Change {
    std::string from;
    std::string to;
    std::shared_ptr<Inode> inode;
  };
  struct LockState {
    uint32_t shared = 0;
    bool exclusive = false;
  };

  static void apply(const Change& change, Names& names);
  // Changes what readers see, and remembers it for the next sync.
  void change(std::string from, std::string to, std::shared_ptr<Inode> inode);

  std::string path;
  Names names;
  Names durable_names;
  std::vector<Change> pending;
  std::map<std::string, LockState, std::less<>> locks;
  bool linked = true;
};

}  // namespace weir::sim
