// Backup: a copy of a whole store while it is used. A checkpoint is taken; then, with no other checkpoint at work, the
// state and the log behind the cut are copied up to what was synced, and the segments are pinned, which are copied while
// the store goes on. The manifest comes last: without it the copy is no store.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "store/checkpoint.h"
#include "store/core.h"

namespace weir::store {

class Backup {
 public:
  Backup(Core& core, Checkpointer& checkpointer) : core_(core), checkpointer_(checkpointer) {}
  ~Backup();
  Backup(const Backup&) = delete;
  Backup& operator=(const Backup&) = delete;

  // Everything that was confirmed before the call is in the copy, and a prefix of what was committed meanwhile.
  // kExists: the directory is not empty. What a failure leaves is no store; the bytes copied otherwise.
  Result<uint64_t> run(const std::string& path);

 private:
  Status copy_log_locked();
  Status copy_file(env::File& from, const std::string& name, uint64_t bytes);
  Status copy_state(uint32_t slot);

  Core& core_;
  Checkpointer& checkpointer_;
  std::unique_ptr<env::Directory> target_;
  format::Manifest manifest_;
  std::vector<std::shared_ptr<storage::DataFile>> pinned_;
  uint64_t bytes_copied_ = 0;
};

}  // namespace weir::store
