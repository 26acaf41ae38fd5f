#include "store/backup.h"

#include <algorithm>

#include "storage/manifest_file.h"

namespace weir::store {

namespace {
constexpr uint64_t kPieceBytes = 1u << 20;
}

Backup::~Backup() {
  MutexLock lock(core_.mutex);
  for (const auto& file : pinned_) --file->pins;
}

Status Backup::copy_file(env::File& from, const std::string& name, uint64_t bytes) {
  WEIR_ASSIGN(const std::unique_ptr<env::File> to, target_->open(name, env::OpenMode::kCreateNew));
  std::vector<uint8_t> piece(std::min(bytes, kPieceBytes));
  for (uint64_t done = 0; done < bytes;) {
    const MutableBytes wanted = MutableBytes(piece).first(std::min(bytes - done, kPieceBytes));
    WEIR_ASSIGN(const size_t read, from.read_at(done, wanted));
    if (read < wanted.size()) {
      return {Code::kCorrupt, text(name, " of ", core_.directory->path(), " ends at ", done + read,
                                   " of ", bytes, " bytes")};
    }
    const ByteView part(wanted);
    WEIR_TRY(to->write_at(done, {&part, 1}));
    done += read;
  }
  bytes_copied_ += bytes;
  return to->sync_data();
}

Status Backup::copy_state(uint32_t slot) {
  const std::string name = storage::state_name(slot);
  WEIR_ASSIGN(const std::unique_ptr<env::File> file,
              core_.directory->open(name, env::OpenMode::kRead));
  WEIR_ASSIGN(const uint64_t bytes, file->size());
  return copy_file(*file, name, bytes);
}

// With no checkpoint at work, so that the log behind the cut and the state stay what the manifest says.
Status Backup::copy_log_locked() {
  core_.mutex.assert_held();
  manifest_ = core_.manifest;
  const format::Position end = core_.synced_end;
  std::vector<std::pair<std::shared_ptr<storage::DataFile>, uint64_t>> log_files;
  for (const auto& [id, file] : core_.files) {
    if (file->kind() == format::FileKind::kScratch) continue;
    ++file->pins;
    pinned_.push_back(file);
    if (file->kind() == format::FileKind::kLog && id >= manifest_.cut_file_id && id <= end.file_id)
      log_files.emplace_back(file, id == end.file_id ? end.offset : file->bytes);
  }
  MutexUnlock unlocked(core_.mutex);
  WEIR_TRY(copy_state(manifest_.state_slot));
  for (const auto& [data, bytes] : log_files) {
    WEIR_ASSIGN(const std::shared_ptr<env::File> file, data->file(*core_.directory));
    WEIR_TRY(copy_file(*file, data->name(), bytes));
  }
  return {};
}

Result<uint64_t> Backup::run(const std::string& path) {
  WEIR_ASSIGN(target_, core_.env.file_system.open_directory(path, true, false));
  WEIR_ASSIGN(const std::vector<std::string> names, target_->list());
  if (!names.empty()) {
    return Status(Code::kExists, text("the directory ", path, " for the backup holds ",
                                      quoted(names.front()), "; it must be new or empty"));
  }
  WEIR_TRY(checkpointer_.run(false, [this] { return copy_log_locked(); }));
  for (const std::shared_ptr<storage::DataFile>& data : pinned_) {
    const bool adopted =
        data->kind() == format::FileKind::kLog && data->id() < manifest_.cut_file_id;
    if (data->kind() == format::FileKind::kLog && !adopted) continue;
    const bool was_open = data->is_open();
    WEIR_ASSIGN(const std::shared_ptr<env::File> file, data->file(*core_.directory));
    WEIR_TRY(copy_file(*file, data->name(), data->bytes));
    if (!was_open && !adopted) data->close();  // a store may have thousands
  }
  storage::IoCounters counters;
  storage::ManifestFile manifest_file(*target_, counters);
  WEIR_TRY(manifest_file.create(manifest_));
  return bytes_copied_;
}

}  // namespace weir::store
