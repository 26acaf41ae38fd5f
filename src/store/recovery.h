// Recovery: from what is on disk to a store that can be used (DESIGN.md §3, "Recovery"; FORMAT.md tells how the end of
// the log is found). Damage is refused with a report and nothing is changed; a torn tail is cut and counted.
#pragma once

#include "storage/group_writer.h"
#include "storage/log_scan.h"
#include "store/commit.h"
#include "store/core.h"

namespace weir::store {

class Recovery {
 public:
  explicit Recovery(Core& core) : core_(core) {}

  // Fills core: manifest, streams, files, log. The directory is open and locked. Not shared with anybody yet.
  Status open();
  // kInvalidArgument when the directory is somebody else's: asked before even a lock is made in it.
  static Status check_foreign(const env::Directory& directory,
                              const std::vector<std::string>& names);
  // The log continues in a new file: worth a checkpoint soon, or a store that crashes often fills its ring.
  bool used_new_file() const { return unclean_ && !log_files_.empty(); }

 private:
  Status check_directory(const std::vector<std::string>& names) const;
  Status create();
  Status load_state();
  struct Slot {
    std::string name;
    std::shared_ptr<env::File> file;
    uint64_t capacity = 0;
  };
  Status load_adopted();
  Status load_adopted_file(const format::AdoptedLogEntry& entry, const Slot& slot);
  Status load_segment(const format::SegmentEntry& entry);
  Status find_log_files(const std::vector<std::string>& names);
  Status scan();
  Status make_believed_durable();
  Status copy_tail();
  Status copy_group(storage::GroupWriter& writer, format::Position durable,
                    storage::ScannedGroup* group, std::shared_ptr<storage::DataFile>* out_file);
  void add_written(const std::shared_ptr<storage::DataFile>& file);
  Status apply_groups();
  Status apply_group(const storage::ScannedGroup& group);
  void apply_records(const storage::ScannedFrame& frame);
  void apply_operation(const format::Operation& operation);
  void create_stream(const format::Operation& operation);
  Status check_map() const;
  Status check_map_of(const storage::Stream& stream) const;
  void finish_streams();
  Status log_gaps();
  Status write_manifest();
  Status remove_leftovers(const std::vector<std::string>& names);

  Core& core_;
  format::Manifest manifest_;
  bool unclean_ = false;
  std::vector<format::AdoptedLogEntry> adopted_;
  std::vector<Slot> slots_;  // that hold adopted files
  uint64_t first_unlisted_id_ = 0;
  std::vector<storage::LogFile> log_files_;
  storage::LogScan scan_;
  std::vector<std::pair<uint32_t, std::pair<uint64_t, uint64_t>>> new_gaps_;
};

}  // namespace weir::store
