// The files that are overwritten in place: the manifest (two slots of 64 KiB, written alternately) and the state
// files (two, taking turns). Slots that both manifest slots may need are never touched.
#pragma once

#include <memory>
#include <vector>

#include "env/env.h"
#include "format/codec.h"
#include "format/envelope.h"
#include "storage/log.h"

namespace weir::storage {

inline constexpr const char* kLockName = "lock";
inline constexpr const char* kManifestName = "manifest";
inline constexpr const char* kManifestNewName = "manifest.new";  // while a store is being made
const char* state_name(uint32_t slot);

// What open() found.
struct ManifestRead {
  bool exists = false;
  bool found = false;  // at least one valid slot
  uint32_t slot = 0;   // where the newest is
  format::Manifest manifest;
  bool other_valid = false;
  Status damage;  // of a slot that is not valid; never a reason by itself
};

class ManifestFile {
 public:
  ManifestFile(env::Directory& directory, IoCounters& counters)
      : directory_(directory), counters_(counters) {}

  // kIo and kFormatTooNew are failures; damage is reported in the result.
  Result<ManifestRead> read(bool writable);
  // A new store: both slots, under a temporary name, synced, renamed, directory synced. The last step of its making.
  Status create(const format::Manifest& manifest);
  // Into `slot`, then synced.
  Status write_slot(uint32_t slot, const format::Manifest& manifest);
  // Into the older slot, synced, then into the other, synced. Each gets a generation of its own, above all before, so
  // that a reader knows which was written last: when a sync failed, only that one may be missing on the disk.
  Status write_both(const format::Manifest& manifest);
  // At open: the slot that was believed is written and synced, because it may be in the page cache only; then the other
  // gets the same. When the other could not be read, it comes first: there must always be one to fall back to.
  Status rewrite_believed(const format::Manifest& manifest);
  void set_current_slot(uint32_t slot) { current_slot_ = slot; }

 private:
  env::Directory& directory_;
  IoCounters& counters_;
  std::unique_ptr<env::File> file_;
  Status write_pair(uint32_t first, const format::Manifest& manifest);

  uint32_t current_slot_ = 0;
  uint64_t generation_ = 0;
  bool other_valid_ = true;
};

// Writes a state into a state file and syncs it; fills the manifest's reference to it. May have to make or grow the
// file: then the directory is synced, too.
Status write_state(env::Directory& directory, IoCounters& counters, uint32_t slot,
                   const format::StoreState& state, format::Manifest* manifest);
Result<format::StoreState> read_state(env::Directory& directory, const format::Manifest& manifest);

}  // namespace weir::storage
