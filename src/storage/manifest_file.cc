#include "storage/manifest_file.h"

#include <algorithm>

#include "base/seeded_bug.h"

namespace weir::storage {

namespace {

std::vector<uint8_t> slot_bytes(const format::Manifest& manifest) {
  const std::vector<uint8_t> message = format::encode_manifest(manifest);
  return format::seal_envelope(format::EnvelopeKind::kManifest, manifest.generation, message);
}

Status write_slot_to(env::File& file, uint32_t slot, const format::Manifest& manifest,
                     IoCounters& counters) {
  const std::vector<uint8_t> bytes = slot_bytes(manifest);
  if (bytes.size() > format::kManifestSlotBytes) {
    return {Code::kLimit, text("the manifest needs ", bytes.size(), " bytes; a slot has ",
                               format::kManifestSlotBytes)};
  }
  const ByteView part(bytes);
  counters.write_bytes += bytes.size();
  return file.write_at(slot * format::kManifestSlotBytes, {&part, 1});
}

// Makes a new file's name durable. When that fails no later sync of the directory helps (the system may have forgotten
// the name while it still shows it): the file goes, so that the next open makes it anew.
Status synced_name(env::Directory& directory, std::string_view name) {
  Status status = synced(directory.sync());
  if (status.ok() || WEIR_SEEDED_BUG(lost_name_kept)) return status;
  const Status removed = directory.remove(name);
  if (removed.ok()) return status;
  return {status.code(), text(status.message(), "; ", removed.message()), status.os_error()};
}

Result<format::Manifest> read_slot(env::File& file, uint32_t slot) {
  std::vector<uint8_t> bytes(format::kManifestSlotBytes);
  WEIR_ASSIGN(const size_t read, file.read_at(slot * format::kManifestSlotBytes, bytes));
  WEIR_ASSIGN(const format::Opened opened,
              format::open_envelope(format::EnvelopeKind::kManifest, ByteView(bytes).first(read)));
  return format::decode_manifest(opened.message);
}

}  // namespace

const char* state_name(uint32_t slot) { return slot == 0 ? "state-0" : "state-1"; }

Result<ManifestRead> ManifestFile::read(bool writable) {
  ManifestRead result;
  Result<std::unique_ptr<env::File>> file =
      directory_.open(kManifestName, writable ? env::OpenMode::kWrite : env::OpenMode::kRead);
  if (!file.ok()) {
    if (file.status().code() == Code::kNotFound) return result;
    return file.take_status();
  }
  file_ = file.take();
  result.exists = true;
  for (uint32_t slot = 0; slot < 2; ++slot) {
    Result<format::Manifest> manifest = read_slot(*file_, slot);
    if (!manifest.ok()) {
      const Code code = manifest.status().code();
      if (code != Code::kCorrupt) return manifest.take_status();
      result.damage = manifest.take_status();
      continue;
    }
    result.other_valid = result.found;
    if (result.found && manifest.value().generation < result.manifest.generation) continue;
    result.found = true;
    result.slot = slot;
    result.manifest = manifest.take();
  }
  current_slot_ = result.slot;
  other_valid_ = result.other_valid;
  generation_ = result.manifest.generation;
  return result;
}

Status ManifestFile::create(const format::Manifest& manifest) {
  const Status removed = directory_.remove(kManifestNewName);
  if (!removed.ok() && removed.code() != Code::kNotFound) return removed;
  WEIR_ASSIGN(file_, directory_.open(kManifestNewName, env::OpenMode::kCreateNew));
  const std::vector<uint8_t> zeros(2 * format::kManifestSlotBytes);
  const ByteView part(zeros);
  WEIR_TRY(file_->write_at(0, {&part, 1}));
  for (uint32_t slot = 0; slot < 2; ++slot)
    WEIR_TRY(write_slot_to(*file_, slot, manifest, counters_));
  counters_.sync_count += 2;
  WEIR_TRY(file_->sync_data());
  WEIR_TRY(directory_.rename(kManifestNewName, kManifestName));
  return synced_name(directory_, kManifestName);
}

Status ManifestFile::write_slot(uint32_t slot, const format::Manifest& manifest) {
  WEIR_TRY(write_slot_to(*file_, slot, manifest, counters_));
  ++counters_.sync_count;
  WEIR_TRY(file_->sync_data());
  current_slot_ = slot;
  return {};
}

Status ManifestFile::write_both(const format::Manifest& manifest) {
  return write_pair(1 - current_slot_, manifest);
}

Status ManifestFile::write_pair(uint32_t first, const format::Manifest& manifest) {
  format::Manifest numbered = manifest;
  numbered.generation = std::max(manifest.generation, generation_ + 1);
  generation_ = numbered.generation + 1;
  WEIR_TRY(write_slot(first, numbered));
  if (WEIR_SEEDED_BUG(recycle_before_both_slots)) return {};
  numbered.generation = generation_;
  WEIR_TRY(write_slot(1 - first, numbered));
  other_valid_ = true;
  return {};
}

Status ManifestFile::rewrite_believed(const format::Manifest& manifest) {
  return write_pair(other_valid_ ? current_slot_ : 1 - current_slot_, manifest);
}

Status write_state(env::Directory& directory, IoCounters& counters, uint32_t slot,
                   const format::StoreState& state, format::Manifest* manifest) {
  const std::vector<uint8_t> bytes = format::seal_envelope(
      format::EnvelopeKind::kState, state.generation, format::encode_state(state));
  Result<std::unique_ptr<env::File>> file = directory.open(state_name(slot), env::OpenMode::kWrite);
  bool made = false;
  if (!file.ok() && file.status().code() == Code::kNotFound) {
    file = directory.open(state_name(slot), env::OpenMode::kCreateNew);
    made = true;
  }
  if (!file.ok()) return file.take_status();
  std::vector<ByteView> parts{ByteView(bytes)};
  // The first time, twice the size is written, so that a fuller state finds its blocks when the disk has none left.
  const std::vector<uint8_t> slack(made ? std::max<size_t>(bytes.size(), 64u << 10) : 0);
  if (made) parts.emplace_back(slack);
  WEIR_TRY(file.value()->write_at(0, parts));
  counters.write_bytes += bytes.size() + slack.size();
  ++counters.sync_count;
  WEIR_TRY(synced(file.value()->sync_data()));
  if (made) {
    ++counters.sync_count;
    WEIR_TRY(synced_name(directory, state_name(slot)));
  }
  WEIR_ASSIGN(const format::Opened opened,
              format::open_envelope(format::EnvelopeKind::kState, bytes));
  manifest->state_slot = slot;
  manifest->state_bytes = bytes.size();
  manifest->state_crc = opened.crc;
  return {};
}

Result<format::StoreState> read_state(env::Directory& directory, const format::Manifest& manifest) {
  const char* name = state_name(manifest.state_slot);
  const auto damaged = [&](std::string_view reason) {
    return Status(Code::kCorrupt, text("state file ", name, ": ", reason));
  };
  Result<std::unique_ptr<env::File>> file = directory.open(name, env::OpenMode::kRead);
  if (!file.ok()) {
    if (file.status().code() == Code::kNotFound)
      return damaged("missing, though the manifest refers to it");
    return file.take_status();
  }
  WEIR_ASSIGN(const uint64_t size, file.value()->size());
  if (manifest.state_bytes > size)
    return damaged(text("it has ", size, " of ", manifest.state_bytes, " bytes"));
  std::vector<uint8_t> bytes(manifest.state_bytes);
  WEIR_ASSIGN(const size_t read, file.value()->read_at(0, bytes));
  if (read < bytes.size()) return damaged("it is cut off");
  const Result<format::Opened> opened = format::open_envelope(format::EnvelopeKind::kState, bytes);
  if (!opened.ok())
    return Status(opened.status().code(),
                  text("state file ", name, ": ", opened.status().message()));
  if (opened.value().crc != manifest.state_crc)
    return damaged("it is not the state that the manifest refers to");
  Result<format::StoreState> state = format::decode_state(opened.value().message);
  if (!state.ok()) return damaged(state.status().message());
  return state;
}

}  // namespace weir::storage
