// Log: the ring of write-ahead log files that is written. Files keep fixed names (wal-00, …); which log file a slot
// holds is in its header, so recycling needs no change of names and no directory sync. A slot is written full of
// zeros once when it is made: syncing into written blocks is twice as fast as growing (PEERS.md).
//
// Thread class: place, write and sync belong to the one leader at a time (commit.h); the rest is guarded inside.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "base/sync.h"
#include "env/env.h"
#include "format/group.h"
#include "storage/data_file.h"

namespace weir::storage {

// Slots that new records leave free: acknowledgements write into one while a checkpoint moves on to the other, so a full
// disk can always be emptied.
inline constexpr size_t kReserveSlots = 2;

struct LogPlace {
  std::shared_ptr<DataFile> file;
  uint64_t offset = 0;        // of the group
  bool starts_file = false;   // the file's header goes out in the same write
  format::FileHeader header;  // when starts_file
};

// A sync's outcome as the store takes it: whatever the reason, a failed one is kFailed and stops the store, because
// nobody can tell what is on the disk (RELIABILITY.md §2.3).
inline Status synced(const Status& status) {
  return status.ok() ? Status()
                     : Status(Code::kFailed, std::string(status.message()), status.os_error());
}

// Counts of I/O, for statistics.
struct IoCounters {
  std::atomic<uint64_t> sync_count{0};
  std::atomic<uint64_t> write_bytes{0};
};

class Log {
 public:
  struct Config {
    format::StoreUuid uuid{};
    uint64_t bytes_max = 0;
  };
  Log(env::Env& env, env::Directory& directory, const Config& config,
      std::atomic<uint64_t>& next_file_id, IoCounters& counters)
      : env_(env),
        directory_(directory),
        config_(config),
        next_file_id_(next_file_id),
        counters_(counters) {}

  // --- recovery ---
  // A slot found on disk; `current` is null when nothing in it is needed.
  void add_slot(std::string name, std::shared_ptr<env::File> file, uint64_t capacity,
                std::shared_ptr<DataFile> current);
  // Where the log ends; the next group starts a new file.
  void set_end(format::Position end, uint32_t last_crc, uint64_t next_sequence);

  // The next group goes behind the end, into the file that holds it: after an orderly close only.
  void resume(const format::FileHeader& header);
  // Between these, groups go to one new file with room for `bytes`; its header is written, and synced, at the end, so
  // that a crash half way leaves the log as it was.
  Status begin_copy(uint64_t bytes);
  Status end_copy();

  // --- leader ---
  // Chooses the place of a group of `bytes` (whole blocks). May make a slot, which is I/O.
  Result<LogPlace> place(uint64_t bytes);
  // Writes a group at its place: the parts add up to the bytes that place() got.
  Status write(const LogPlace& place, std::vector<ByteView>& parts, uint64_t bytes);
  Status sync(const LogPlace& place);
  // After the sync: the group belongs to the log.
  void advance(const LogPlace& place, uint64_t bytes, uint32_t crc);
  uint64_t next_sequence() const { return next_sequence_; }
  uint32_t last_crc() const { return last_crc_; }
  format::Position end() const { return end_; }

  // The next group starts a new file. Any thread that keeps the leader out.
  void roll() { roll_ = true; }
  // Makes a spare slot ahead of need, so that the leader seldom has to. Background thread.
  Status prepare_spare();
  // How many free slots could take a group of `bytes`.
  size_t free_slot_count(uint64_t bytes);
  // Makes one that could. Any thread.
  Status add_free_slot(uint64_t bytes);
  // What is left in the current file. The leader's, or with no leader at work.
  uint64_t remaining_bytes() const {
    return roll_ || current_ == nullptr ? 0 : current_->capacity - offset_;
  }

  // --- checkpoint ---
  // The slot of a log file that nobody needs any more may be used again, or is removed when the ring is too large.
  Status release(const DataFile& file);
  uint64_t capacity_bytes() const { return capacity_bytes_.load(std::memory_order_relaxed); }

 private:
  struct Slot {
    std::string name;
    std::shared_ptr<env::File> file;
    uint64_t capacity = 0;
    std::shared_ptr<DataFile> current;
  };
  Result<Slot*> free_slot(uint64_t bytes);
  Result<Slot*> make_slot(uint64_t bytes);
  Status fill_slot(Slot* slot);
  std::string take_unused_name();
  uint64_t slot_bytes_for(uint64_t bytes) const;
  Status start_file(uint64_t bytes);
  Status sync_current();

  env::Env& env_;
  env::Directory& directory_;
  const Config config_;
  std::atomic<uint64_t>& next_file_id_;
  IoCounters& counters_;

  Mutex mutex_;  // a leaf
  std::vector<std::unique_ptr<Slot>> slots_ WEIR_GUARDED_BY(mutex_);
  std::vector<std::string> names_taken_ WEIR_GUARDED_BY(mutex_);  // of slots being made
  std::atomic<uint64_t> capacity_bytes_{0};

  // The leader's.
  Slot* current_ = nullptr;
  std::shared_ptr<DataFile> current_file_;
  format::FileHeader current_header_;
  bool header_written_ = false;
  bool copying_ = false;
  std::atomic<bool> roll_{true};
  uint64_t offset_ = 0;
  format::Position end_;  // of the last synced group
  uint32_t last_crc_ = 0;
  uint64_t next_sequence_ = 1;
};

// Names of log slots.
std::string slot_name(uint32_t index);
bool is_slot_name(std::string_view name);
uint32_t slot_index(std::string_view name);  // of a slot's name

}  // namespace weir::storage
