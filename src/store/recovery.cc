#include "store/recovery.h"

#include <algorithm>

#include "base/seeded_bug.h"
#include "format/operation.h"
#include "storage/group_writer.h"
#include "storage/segment.h"

namespace weir::store {

namespace {

bool is_own_name(const std::string& name) {
  return name == storage::kLockName || name == storage::kManifestName ||
         name == storage::kManifestNewName || name == storage::state_name(0) ||
         name == storage::state_name(1) || storage::is_slot_name(name) ||
         storage::parse_name("seg-", name) != 0 || storage::parse_name("scr-", name) != 0;
}

}  // namespace

Status Recovery::open() {
  WEIR_ASSIGN(std::vector<std::string> names, core_.directory->list());
  core_.manifest_file = std::make_unique<storage::ManifestFile>(*core_.directory, core_.io);
  WEIR_ASSIGN(storage::ManifestRead read, core_.manifest_file->read(!core_.options.read_only));
  if (!read.exists) {
    WEIR_TRY(check_directory(names));
    if (core_.options.read_only || !core_.options.create) return Code::kNotFound;
    return create();
  }
  if (!read.found) {
    return {Code::kCorrupt,
            text("both slots of ", storage::kManifestName, " in ", core_.directory->path(),
                 " are damaged: ", read.damage.message(), "; nothing was changed")};
  }
  manifest_ = read.manifest;
  unclean_ = !manifest_.clean;
  WEIR_TRY(load_state());
  WEIR_TRY(find_log_files(names));
  WEIR_TRY(load_adopted());
  WEIR_TRY(scan());
  if (!core_.options.read_only && unclean_) {
    WEIR_TRY(make_believed_durable());
    WEIR_TRY(copy_tail());
  }
  WEIR_TRY(apply_groups());
  WEIR_TRY(check_map());
  finish_streams();
  if (core_.options.read_only) {
    MutexLock lock(core_.mutex);
    core_.manifest = manifest_;
    return {};
  }
  WEIR_TRY(log_gaps());
  // Unfinished segments go before the next file id is raised above theirs. After an orderly close there are none, and
  // what the manifest lists for deletion may still be needed by its other slot.
  if (unclean_) WEIR_TRY(remove_leftovers(names));
  WEIR_TRY(write_manifest());
  return unclean_ ? Status() : remove_leftovers(names);
}

// --- a new store ---

Status Recovery::check_foreign(const env::Directory& directory,
                               const std::vector<std::string>& names) {
  if (std::find(names.begin(), names.end(), storage::kManifestName) != names.end()) return {};
  for (const std::string& name : names) {
    if (is_own_name(name)) continue;
    return {Code::kInvalidArgument,
            text("directory ", directory.path(), " is not a weir store: it holds ",
                 weir::quoted(name), "; choose an empty or a new directory")};
  }
  return {};
}

// No manifest: a new directory, one whose making was broken off, somebody else's, or a store that lost its manifest.
Status Recovery::check_directory(const std::vector<std::string>& names) const {
  WEIR_TRY(check_foreign(*core_.directory, names));
  for (const std::string& name : names) {
    bool holds_data = storage::parse_name("seg-", name) != 0;
    if (storage::is_slot_name(name)) {
      WEIR_ASSIGN(std::unique_ptr<env::File> file,
                  core_.directory->open(name, env::OpenMode::kRead));
      std::vector<uint8_t> block(format::kBlockBytes);
      WEIR_ASSIGN(const size_t read, file->read_at(0, block));
      holds_data = read == block.size() && format::read_file_header(block).ok();
    }
    if (holds_data) {
      return {Code::kCorrupt, text("directory ", core_.directory->path(), " holds ", quoted(name),
                                   " but no ", storage::kManifestName, ": nothing was changed")};
    }
  }
  return {};
}

Status Recovery::create() {
  env::Random& random = core_.env.random;
  random.fill(core_.uuid);
  // Left over from a making that was broken off: no manifest ever referred to them.
  for (uint32_t slot = 0; slot < 2; ++slot) {
    const Status removed = core_.directory->remove(storage::state_name(slot));
    if (!removed.ok() && removed.code() != Code::kNotFound) return removed;
  }
  WEIR_ASSIGN(const std::vector<std::string> names, core_.directory->list());
  manifest_.generation = 1;
  manifest_.uuid = core_.uuid;
  manifest_.cut_file_id = 1;
  manifest_.next_file_id = 1;
  format::StoreState state;
  state.generation = 1;
  WEIR_TRY(storage::write_state(*core_.directory, core_.io, 0, state, &manifest_));
  WEIR_TRY(core_.manifest_file->create(manifest_));
  core_.log = std::make_unique<storage::Log>(
      core_.env, *core_.directory, storage::Log::Config{core_.uuid, core_.options.wal_bytes_max},
      core_.next_file_id, core_.io);
  for (const std::string& name : names) {
    if (!storage::is_slot_name(name)) continue;
    WEIR_TRY(core_.directory->remove(name));
  }
  MutexLock lock(core_.mutex);
  core_.manifest = manifest_;
  return {};
}

// --- what the manifest refers to ---

Status Recovery::load_state() {
  WEIR_ASSIGN(const format::StoreState state, storage::read_state(*core_.directory, manifest_));
  core_.uuid = manifest_.uuid;
  first_unlisted_id_ = manifest_.next_file_id;
  core_.next_file_id = manifest_.next_file_id;
  MutexLock lock(core_.mutex);
  core_.next_stream_id = state.next_stream_id;
  for (const format::StreamState& one : state.streams) {
    auto stream = std::make_shared<storage::Stream>(one.stream_id, one.engine, one.kind, one.name);
    const bool lost = one.kind == storage::kStreamMemory && unclean_;
    stream->restore(one.next_number, lost ? one.next_number : one.floor,
                    lost ? std::vector<std::pair<uint64_t, uint64_t>>() : one.dead);
    stream->ceiling_logged = one.ceiling;
    stream->gaps = one.gaps;
    // What a producer is told about messages must not outlive them.
    if (!lost) {
      for (const auto& [key, value] : one.facts) stream->facts[key] = value;
    }
    core_.streams[one.stream_id] = std::move(stream);
  }
  for (const format::SegmentEntry& entry : state.segments) WEIR_TRY(load_segment(entry));
  adopted_ = state.adopted;
  return {};
}

Status Recovery::load_segment(const format::SegmentEntry& entry) {
  core_.mutex.assert_held();
  auto data = std::make_shared<storage::DataFile>(
      format::FileKind::kSegment, storage::segment_name(entry.file_id),
      format::Seed{core_.uuid, entry.file_id, entry.salt});
  data->segment = entry;
  data->bytes = entry.bytes;
  Result<std::shared_ptr<env::File>> file = data->file(*core_.directory);
  if (!file.ok()) {
    if (file.status().code() != Code::kNotFound) return file.take_status();
    return {Code::kCorrupt, text("segment ", data->name(), " of ", core_.directory->path(),
                                 " is missing, though the state lists it; nothing was changed")};
  }
  WEIR_ASSIGN(const std::vector<format::FooterEntry> entries,
              storage::read_footer(*file.value(), *data));
  for (const format::FooterEntry& frame : entries) {
    const auto stream = core_.streams.find(frame.stream_id);
    if (stream == core_.streams.end()) continue;  // dropped
    storage::Extent extent;
    extent.first = frame.first;
    extent.last = frame.last;
    extent.offset = frame.offset;
    extent.bytes = frame.bytes;
    extent.records = frame.record_count;
    extent.file = data.get();
    stream->second->add_extent(extent);
  }
  data->close();  // opened again when it is read: a store may have thousands
  core_.files.emplace(data->id(), data);
  return {};
}

// --- the log ---

Status Recovery::find_log_files(const std::vector<std::string>& names) {
  core_.log = std::make_unique<storage::Log>(
      core_.env, *core_.directory, storage::Log::Config{core_.uuid, core_.options.wal_bytes_max},
      core_.next_file_id, core_.io);
  const env::OpenMode mode = core_.options.read_only ? env::OpenMode::kRead : env::OpenMode::kWrite;
  uint64_t next_file_id = core_.next_file_id;
  for (const std::string& name : names) {
    if (!storage::is_slot_name(name)) {
      next_file_id = std::max({next_file_id, storage::parse_name("seg-", name) + 1,
                               storage::parse_name("scr-", name) + 1});
      continue;
    }
    WEIR_ASSIGN(std::unique_ptr<env::File> opened, core_.directory->open(name, mode));
    std::shared_ptr<env::File> file = std::move(opened);
    WEIR_ASSIGN(const uint64_t capacity, file->size());
    std::vector<uint8_t> block(format::kBlockBytes);
    WEIR_ASSIGN(const size_t read, file->read_at(0, block));
    if (read == block.size()) {
      Result<format::FileHeader> header = format::read_file_header(block);
      if (!header.ok() && header.status().code() != Code::kCorrupt) {
        return {header.status().code(),
                text(name, " of ", core_.directory->path(), ": ", header.status().message())};
      }
      if (header.ok()) next_file_id = std::max(next_file_id, header.value().file_id + 1);
      if (header.ok() && header.value().uuid == core_.uuid &&
          header.value().file_id >= manifest_.cut_file_id) {
        auto data = std::make_shared<storage::DataFile>(format::FileKind::kLog, name,
                                                        format::seed_of(header.value()));
        data->set_file(file);
        log_files_.push_back({std::move(data), file, header.value(), capacity});
        continue;
      }
    }
    const uint32_t slot = storage::slot_index(name);
    const bool adopted = std::any_of(adopted_.begin(), adopted_.end(),
                                     [&](const auto& entry) { return entry.slot == slot; });
    if (adopted) {
      slots_.push_back({name, std::move(file), capacity});
    } else {
      core_.log->add_slot(name, std::move(file), capacity, nullptr);
    }
  }
  // Ids of files that were made after the manifest was written are not given out again.
  core_.next_file_id = next_file_id;
  std::sort(log_files_.begin(), log_files_.end(),
            [](const auto& a, const auto& b) { return a.data->id() < b.data->id(); });
  return {};
}

// Log files before the cut that are read like segments: their records count, their operations are
// in the state already.
Status Recovery::load_adopted() {
  for (const format::AdoptedLogEntry& entry : adopted_) {
    const std::string name = storage::slot_name(entry.slot);
    const auto found = std::find_if(slots_.begin(), slots_.end(),
                                    [&](const auto& slot) { return slot.name == name; });
    if (found == slots_.end()) {
      return {Code::kCorrupt, text("log file ", name, " of ", core_.directory->path(),
                                   " is missing or does not hold id ", entry.file_id,
                                   " any more, though the state lists it; nothing was changed")};
    }
    WEIR_TRY(load_adopted_file(entry, *found));
  }
  return {};
}

Status Recovery::load_adopted_file(const format::AdoptedLogEntry& entry, const Slot& slot) {
  auto data = std::make_shared<storage::DataFile>(
      format::FileKind::kLog, slot.name, format::Seed{core_.uuid, entry.file_id, entry.salt});
  data->set_file(slot.file);
  data->bytes = entry.bytes;
  data->adopted = true;
  storage::WindowReader reader(*slot.file, std::min(entry.bytes, slot.capacity));
  for (uint64_t offset = format::kBlockBytes; offset < entry.bytes;) {
    Result<storage::ScannedGroup> group = storage::read_group(reader, data->seed(), offset);
    if (!group.ok()) {
      const bool short_file = group.status().code() == Code::kEnd;
      return {short_file ? Code::kCorrupt : group.status().code(),
              text(core_.directory->path(), ": log file ", slot.name, " (id ", entry.file_id,
                   ") at offset ", offset, ": ",
                   short_file ? "the file is cut off" : group.status().message(),
                   "; nothing was changed")};
    }
    for (storage::ScannedFrame& frame : group.value().frames) {
      frame.file = data.get();
      if (frame.header.kind == format::FrameKind::kRecords) apply_records(frame);
    }
    offset += group.value().header.total_bytes;
  }
  core_.log->add_slot(slot.name, slot.file, slot.capacity, data);
  MutexLock lock(core_.mutex);
  core_.files.emplace(data->id(), data);
  return {};
}

Status Recovery::scan() {
  Result<storage::LogScan> scanned =
      storage::scan_log(log_files_, manifest_.cut_file_id, manifest_.durable, manifest_.next_group);
  if (!scanned.ok()) {
    return {
        scanned.status().code(),
        text(core_.directory->path(), ": ", scanned.status().message(), "; nothing was changed"),
        scanned.status().os_error()};
  }
  scan_ = scanned.take();
  if (!unclean_ && scan_.end != manifest_.durable && !log_files_.empty()) {
    return {Code::kCorrupt, text(core_.directory->path(),
                                 ": the store was closed in order with its log synced up to ",
                                 manifest_.durable.offset, " of file id ",
                                 manifest_.durable.file_id, ", but it ends at ", scan_.end.offset,
                                 " of file id ", scan_.end.file_id, "; nothing was changed")};
  }
  core_.log->set_end(scan_.end, scan_.last_crc, scan_.next_sequence);
  MutexLock lock(core_.mutex);
  core_.synced_end = scan_.end;
  core_.counted.recovered_torn_bytes = scan_.torn_bytes;
  for (storage::LogFile& file : log_files_) {
    core_.log->add_slot(file.data->name(), file.file, file.capacity, file.data);
    core_.files.emplace(file.data->id(), file.data);
    core_.log_live_bytes += file.data->bytes;
  }
  // After an orderly close nothing stands behind the end: the file is written on.
  const bool goes_on = !unclean_ || WEIR_SEEDED_BUG(stale_end_trusted);
  if (goes_on && !log_files_.empty() && !core_.options.read_only)
    core_.log->resume(log_files_.back().header);
  return {};
}

// What was believed so far may be in the page cache only, because its sync failed before the stop: names and both
// manifest slots. It is made durable before anything is built on it (invariant 10).
Status Recovery::make_believed_durable() {
  ++core_.io.sync_count;
  if (WEIR_SEEDED_BUG(believed_as_it_is)) return {};
  WEIR_TRY(core_.directory->sync());
  return core_.manifest_file->rewrite_believed(manifest_);
}

// After an unclean stop the page cache may show bytes that the disk does not have (a sync may have failed before).
// What no later write witnesses is written again, to one new file, and synced; only then the new file gets its header,
// which ends the old file before the copied groups: a crash in between leaves the old file in force. Nothing is written
// over: the old file may be all there is. When not even its header is witnessed, the new file takes its place in the
// chain.
Status Recovery::copy_tail() {
  if (log_files_.empty() || WEIR_SEEDED_BUG(no_tail_rewrite)) return {};
  const format::FileHeader& last = log_files_.back().header;
  const bool replaces_file = scan_.durable <= format::Position{last.file_id, format::kBlockBytes};
  const auto first =
      std::find_if(scan_.groups.begin(), scan_.groups.end(),
                   [&](const storage::ScannedGroup& group) { return group.at >= scan_.durable; });
  const auto index = static_cast<size_t>(first - scan_.groups.begin());
  if (first == scan_.groups.end() && !replaces_file) return {};
  if (WEIR_SEEDED_BUG(stale_end_trusted)) return {};
  const format::Position cut = replaces_file ? last.previous_end : first->at;
  const uint32_t crc = replaces_file ? last.previous_crc : scan_.groups[index - 1].crc;
  core_.log->set_end(cut, crc, replaces_file ? last.first_group : first->header.sequence);
  if (first == scan_.groups.end()) {
    MutexLock lock(core_.mutex);
    core_.synced_end = cut;
    return {};
  }
  uint64_t bytes = 0;
  for (auto group = first; group != scan_.groups.end(); ++group) bytes += group->header.total_bytes;
  WEIR_TRY(core_.log->begin_copy(bytes));
  storage::GroupWriter writer(*core_.log);
  std::shared_ptr<storage::DataFile> file;
  for (size_t i = index; i < scan_.groups.size(); ++i)
    WEIR_TRY(copy_group(writer, cut, &scan_.groups[i], &file));
  WEIR_TRY(core_.log->end_copy());
  add_written(file);
  return {};
}

Status Recovery::copy_group(storage::GroupWriter& writer, format::Position durable,
                            storage::ScannedGroup* group,
                            std::shared_ptr<storage::DataFile>* out_file) {
  std::vector<std::vector<uint8_t>> bodies(group->frames.size());
  std::vector<storage::FrameDraft> drafts(group->frames.size());
  for (size_t i = 0; i < group->frames.size(); ++i) {
    const storage::ScannedFrame& frame = group->frames[i];
    WEIR_ASSIGN(const std::shared_ptr<env::File> file, frame.file->file(*core_.directory));
    WEIR_TRY(storage::read_frame(*file, *frame.file, frame.offset,
                                 format::frame_bytes(frame.header.body_bytes), &bodies[i],
                                 &drafts[i].header));
    drafts[i].body =
        ByteView(bodies[i]).subspan(format::kFrameHeaderBytes, drafts[i].header.body_bytes);
  }
  storage::LogPlace place;
  WEIR_TRY(writer.write(drafts, group->header.commit_count, durable, &place));
  for (size_t i = 0; i < group->frames.size(); ++i) {
    group->frames[i].file = place.file.get();
    group->frames[i].offset = drafts[i].offset;
  }
  *out_file = place.file;
  return {};
}

void Recovery::add_written(const std::shared_ptr<storage::DataFile>& file) {
  MutexLock lock(core_.mutex);
  const format::Position end = core_.log->end();
  core_.log_live_bytes += end.offset - file->bytes;
  file->bytes = end.offset;
  core_.files.emplace(file->id(), file);
  core_.synced_end = end;
}

// --- replay ---

Status Recovery::apply_groups() {
  for (const storage::ScannedGroup& group : scan_.groups) WEIR_TRY(apply_group(group));
  return {};
}

Status Recovery::apply_group(const storage::ScannedGroup& group) {
  std::vector<format::Operation> operations;
  for (const storage::ScannedFrame& frame : group.frames) {
    if (frame.header.kind != format::FrameKind::kOperations) continue;
    format::OperationReader reader(frame.operations);
    format::Operation operation;
    while (reader.next(&operation)) operations.push_back(operation);
    if (reader.bad()) {
      return {Code::kCorrupt, text("log file id ", group.at.file_id, " at offset ", frame.offset,
                                   ": an operation cannot be read; nothing was changed")};
    }
  }
  for (const format::Operation& operation : operations) {
    if (operation.kind == format::OperationKind::kCreate) create_stream(operation);
  }
  for (const storage::ScannedFrame& frame : group.frames) {
    if (frame.header.kind == format::FrameKind::kRecords) apply_records(frame);
  }
  for (const format::Operation& operation : operations) apply_operation(operation);
  return {};
}

void Recovery::create_stream(const format::Operation& operation) {
  MutexLock lock(core_.mutex);
  core_.next_stream_id = std::max(core_.next_stream_id, operation.stream_id + 1);
  if (core_.streams.count(operation.stream_id) != 0) return;
  core_.streams[operation.stream_id] = std::make_shared<storage::Stream>(
      operation.stream_id, operation.engine, operation.stream_kind, std::string(operation.key));
}

void Recovery::apply_records(const storage::ScannedFrame& frame) {
  const auto found = core_.streams.find(frame.header.stream_id);
  if (found == core_.streams.end()) return;  // dropped before the state was captured
  storage::Stream& stream = *found->second;
  stream.raise_next(frame.header.last + 1);
  storage::Extent extent;
  extent.first = frame.header.first;
  extent.last = frame.header.last;
  extent.offset = frame.offset;
  extent.bytes = format::frame_bytes(frame.header.body_bytes);
  extent.records = frame.header.record_count;
  extent.file = frame.file;
  stream.add_extent(extent);
}

void Recovery::apply_operation(const format::Operation& operation) {
  const auto found = core_.streams.find(operation.stream_id);
  if (found == core_.streams.end()) return;
  storage::Stream& stream = *found->second;
  switch (operation.kind) {
    case format::OperationKind::kCreate:
      break;
    case format::OperationKind::kDrop:
      stream.forget_all();
      core_.streams.erase(found);
      break;
    case format::OperationKind::kDead:
      if (!WEIR_SEEDED_BUG(acks_not_replayed)) stream.mark_dead(operation.first, operation.last);
      break;
    case format::OperationKind::kCeiling:
      stream.ceiling_logged = operation.first;
      break;
    case format::OperationKind::kGap:
      stream.raise_next(operation.last + 1);
      stream.mark_dead(operation.first, operation.last);
      stream.add_gap(operation.first, operation.last);
      break;
    case format::OperationKind::kFact:
      if (operation.value.empty()) {
        const auto fact = stream.facts.find(operation.key);
        if (fact != stream.facts.end()) stream.facts.erase(fact);
      } else {
        stream.facts[std::string(operation.key)] = std::string(as_text(operation.value));
      }
      break;
  }
}

// Invariant 5: every number below the next one is dead or in exactly one extent.
Status Recovery::check_map() const {
  for (const auto& [id, stream] : core_.streams) {
    if (stream->kind() == storage::kStreamDurable || !unclean_) WEIR_TRY(check_map_of(*stream));
  }
  return {};
}

Status Recovery::check_map_of(const storage::Stream& stream) const {
  const auto missing = [&](uint64_t first, uint64_t last) {
    return Status(Code::kCorrupt,
                  text(core_.directory->path(), ": messages ", first, " to ", last, " of ",
                       quoted(stream.name()), " are in no file; nothing was changed"));
  };
  uint64_t next = stream.floor();
  for (size_t i = 0; i < stream.extents().size(); ++i) {
    const storage::Extent& extent = stream.extents()[i];
    const uint64_t live = stream.first_live(next);
    if (live < extent.first) return missing(live, extent.first - 1);
    next = std::max(next, extent.last + 1);
  }
  const uint64_t live = stream.first_live(next);
  if (live < stream.next_number()) return missing(live, stream.next_number() - 1);
  return {};
}

void Recovery::finish_streams() {
  for (const auto& [id, stream] : core_.streams) {
    const bool lost = stream->kind() == storage::kStreamMemory && unclean_;
    const uint64_t next = stream->next_number();
    if (stream->ceiling_logged > next) {
      // Ids up to the ceiling may have been given out: they are skipped for ever (invariant 8). After an orderly close
      // the ceiling is exactly the next id of a memory stream, whose records are not in the log.
      stream->raise_next(stream->ceiling_logged);
      stream->mark_dead(next, stream->ceiling_logged - 1);
      if (unclean_) {
        stream->add_gap(next, stream->ceiling_logged - 1);
        new_gaps_.push_back({id, {next, stream->ceiling_logged - 1}});
      }
    }
    if (lost) stream->mark_dead(1, stream->next_number() - 1);
    stream->ceiling_logged = 0;
    const auto uncertain = stream->facts.find(kUncertainFact);
    const bool known = uncertain == stream->facts.end() || uncertain->second.size() != 8;
    stream->recovered_unclean = unclean_ || !known;
    stream->recovered_next = unclean_ || known
                                 ? stream->next_number()
                                 : load_little<uint64_t>(as_bytes(uncertain->second).data());
    stream->visible_next = stream->next_number();
    stream->head_hint = stream->floor();
    MutexLock lock(core_.mutex);
    core_.names[{stream->engine(), stream->name()}] = stream;
  }
}

// --- before anything is confirmed ---

Status Recovery::log_gaps() {
  if (new_gaps_.empty()) return {};
  std::vector<uint8_t> operations;
  for (const auto& [stream_id, range] : new_gaps_) {
    format::Operation operation;
    operation.kind = format::OperationKind::kGap;
    operation.stream_id = stream_id;
    operation.first = range.first;
    operation.last = range.second;
    format::append_operation(operation, &operations);
  }
  std::vector<storage::FrameDraft> frames{storage::operations_frame(operations)};
  storage::GroupWriter writer(*core_.log);
  storage::LogPlace place;
  WEIR_TRY(writer.write(frames, 1, scan_.durable, &place));
  add_written(place.file);
  return {};
}

// Invariant 10: the believed slot is written anew and synced, then the other; also this marks the store as open.
Status Recovery::write_manifest() {
  manifest_.clean = false;
  ++manifest_.generation;
  manifest_.next_file_id = core_.next_file_id;
  MutexLock lock(core_.mutex);
  manifest_.durable = core_.synced_end;
  manifest_.next_group = core_.log->next_sequence();
  // The believed slot first: after an orderly close whose sync failed the other may be the only good one.
  WEIR_TRY(core_.manifest_file->rewrite_believed(manifest_));
  core_.manifest = manifest_;
  return {};
}

// Unfinished segments of a checkpoint that was broken off, scratch files of the last run, and what the manifest says
// is to be deleted. Anything else stays, whatever it is: nothing is deleted because metadata does not mention it.
Status Recovery::remove_leftovers(const std::vector<std::string>& names) {
  core_.mutex.assert_held();  // nobody else has the store yet
  bool any = false;
  for (const std::string& name : names) {
    const uint64_t segment = storage::parse_name("seg-", name);
    const bool listed = core_.files.count(segment) != 0;
    const bool deleted = std::find(manifest_.deletes.begin(), manifest_.deletes.end(), segment) !=
                         manifest_.deletes.end();
    const bool unfinished = segment != 0 && !listed && (segment >= first_unlisted_id_ || deleted);
    if (!unfinished && storage::parse_name("scr-", name) == 0) continue;
    const Status removed = core_.directory->remove(name);
    if (!removed.ok() && removed.code() != Code::kNotFound) return removed;
    any = true;
  }
  // Behind the next manifest nothing tells them from files to keep: they must not come back after a power cut.
  if (!any) return {};
  ++core_.io.sync_count;
  return storage::synced(core_.directory->sync());
}

}  // namespace weir::store
