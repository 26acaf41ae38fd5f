#include "storage/log.h"

#include <algorithm>

#include "base/seeded_bug.h"

namespace weir::storage {

namespace {

constexpr uint64_t kSlotBytesFirst = 2ull << 20;
constexpr uint64_t kSlotBytesMax = 64ull << 20;
constexpr uint64_t kSlotBytesMin = 64ull << 10;
constexpr uint64_t kZerosBytes = 256u << 10;

const std::vector<uint8_t>& zeros() {
  static const auto* const all = new std::vector<uint8_t>(kZerosBytes);
  return *all;
}

}  // namespace

std::string slot_name(uint32_t index) {
  std::string digits = to_text(index);
  if (digits.size() < 2) digits.insert(0, 1, '0');
  return "wal-" + digits;
}

uint32_t slot_index(std::string_view name) {
  uint32_t index = 0;
  for (const char c : name.substr(4)) index = index * 10 + static_cast<uint32_t>(c - '0');
  return index;
}

bool is_slot_name(std::string_view name) {
  if (name.size() < 6 || name.size() > 12 || name.substr(0, 4) != "wal-") return false;
  return std::all_of(name.begin() + 4, name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void Log::add_slot(std::string name, std::shared_ptr<env::File> file, uint64_t capacity,
                   std::shared_ptr<DataFile> current) {
  auto slot = std::make_unique<Slot>();
  slot->name = std::move(name);
  slot->file = std::move(file);
  slot->capacity = capacity;
  slot->current = std::move(current);
  capacity_bytes_ += capacity;
  MutexLock lock(mutex_);
  slots_.push_back(std::move(slot));
}

void Log::set_end(format::Position end, uint32_t last_crc, uint64_t next_sequence) {
  end_ = end;
  last_crc_ = last_crc;
  next_sequence_ = next_sequence;
  roll_ = true;
}

void Log::resume(const format::FileHeader& header) {
  MutexLock lock(mutex_);
  for (const auto& slot : slots_) {
    if (slot->current == nullptr || slot->current->id() != header.file_id) continue;
    current_ = slot.get();
    current_file_ = slot->current;
    current_header_ = header;
    header_written_ = true;
    offset_ = end_.offset;
    roll_ = false;
  }
}

Status Log::begin_copy(uint64_t bytes) {
  WEIR_TRY(start_file(bytes));
  copying_ = true;
  return {};
}

Status Log::end_copy() {
  std::vector<uint8_t> block(format::kBlockBytes);
  format::write_file_header(current_header_, block.data());
  const ByteView part(block);
  counters_.write_bytes += block.size();
  WEIR_TRY(current_->file->write_at(0, {&part, 1}));
  WEIR_TRY(sync_current());
  copying_ = false;
  return {};
}

std::string Log::take_unused_name() {
  MutexLock lock(mutex_);
  for (uint32_t index = 0;; ++index) {
    std::string name = slot_name(index);
    const bool used = std::any_of(slots_.begin(), slots_.end(),
                                  [&](const auto& slot) { return slot->name == name; });
    if (used || std::find(names_taken_.begin(), names_taken_.end(), name) != names_taken_.end())
      continue;
    names_taken_.push_back(name);
    return name;
  }
}

// Files grow with the log: a store that writes little stays small, one that writes much syncs in large files.
uint64_t Log::slot_bytes_for(uint64_t bytes) const {
  const uint64_t quarter = std::clamp(config_.bytes_max / 4, kSlotBytesMin, kSlotBytesMax);
  const uint64_t grown =
      capacity_bytes() < 2 * kSlotBytesFirst ? kSlotBytesFirst : capacity_bytes() / 2;
  const uint64_t wanted = std::min(std::max(grown, kSlotBytesMin), quarter);
  return align_up(std::max(wanted, bytes + format::kBlockBytes), format::kBlockBytes);
}

Result<Log::Slot*> Log::make_slot(uint64_t bytes) {
  auto slot = std::make_unique<Slot>();
  slot->name = take_unused_name();
  slot->capacity = slot_bytes_for(bytes);
  const std::string name = slot->name;
  Status status = fill_slot(slot.get());
  bool name_is_free = true;
  if (status.code() == Code::kExists) {
    name_is_free = false;  // somebody else's file: it stays, and the next slot gets another name
  } else if (!status.ok()) {
    // Nothing was ever confirmed in it: the space goes back. That the name may come back after a power cut is
    // harmless, a file without a valid header is a free slot.
    slot->file.reset();
    const Status removed = directory_.remove(name);
    name_is_free = removed.ok() || removed.code() == Code::kNotFound;
    if (!name_is_free)
      status =
          Status(status.code(), text(status.message(), "; ", removed.message()), status.os_error());
  }
  MutexLock lock(mutex_);
  // A name that could not be removed is not tried again before the next open.
  if (name_is_free) std::erase(names_taken_, name);
  if (!status.ok()) return status;
  capacity_bytes_ += slot->capacity;
  slots_.push_back(std::move(slot));
  return slots_.back().get();
}

Status Log::fill_slot(Slot* slot) {
  WEIR_ASSIGN(slot->file, directory_.open(slot->name, env::OpenMode::kCreateNew));
  for (uint64_t at = 0; at < slot->capacity; at += kZerosBytes) {
    const ByteView part = ByteView(zeros()).first(std::min(kZerosBytes, slot->capacity - at));
    counters_.write_bytes += part.size();
    WEIR_TRY(slot->file->write_at(at, {&part, 1}));
  }
  counters_.sync_count += 2;
  WEIR_TRY(synced(slot->file->sync_data()));
  if (WEIR_SEEDED_BUG(no_directory_sync)) return {};
  return synced(directory_.sync());
}

Result<Log::Slot*> Log::free_slot(uint64_t bytes) {
  {
    MutexLock lock(mutex_);
    Slot* best = nullptr;
    for (const auto& slot : slots_) {
      if (slot->current != nullptr || slot->capacity < bytes + format::kBlockBytes) continue;
      if (best == nullptr || slot->capacity > best->capacity) best = slot.get();
    }
    if (best != nullptr) return best;
  }
  return make_slot(bytes);
}

size_t Log::free_slot_count(uint64_t bytes) {
  MutexLock lock(mutex_);
  size_t count = 0;
  for (const auto& slot : slots_) {
    if (slot->current == nullptr && slot->capacity >= bytes + format::kBlockBytes) ++count;
  }
  return count;
}

Status Log::add_free_slot(uint64_t bytes) {
  Result<Slot*> made = make_slot(bytes);
  return made.ok() ? Status() : made.take_status();
}

Status Log::prepare_spare() {
  if (free_slot_count(0) > kReserveSlots || capacity_bytes() >= config_.bytes_max) return {};
  return add_free_slot(0);
}

Status Log::start_file(uint64_t bytes) {
  WEIR_ASSIGN(Slot * slot, free_slot(bytes));
  format::FileHeader header;
  header.kind = format::FileKind::kLog;
  header.uuid = config_.uuid;
  header.file_id = next_file_id_.fetch_add(1);
  header.salt = env_.random.next();
  header.previous_end = end_;
  header.previous_crc = last_crc_;
  header.first_group = next_sequence_;
  header.created_ns = env_.clock.wall_ns();
  auto file =
      std::make_shared<DataFile>(format::FileKind::kLog, slot->name, format::seed_of(header));
  file->set_file(slot->file);
  {
    MutexLock lock(mutex_);
    slot->current = file;
  }
  current_ = slot;
  current_file_ = std::move(file);
  current_header_ = header;
  header_written_ = false;
  offset_ = format::kBlockBytes;
  roll_ = false;
  return {};
}

Result<LogPlace> Log::place(uint64_t bytes) {
  if (roll_ || current_ == nullptr || offset_ + bytes > current_->capacity) {
    WEIR_TRY(start_file(bytes));
  }
  LogPlace place;
  place.file = current_file_;
  place.offset = offset_;
  place.starts_file = !header_written_;
  place.header = current_header_;
  return place;
}

Status Log::write(const LogPlace& place, std::vector<ByteView>& parts, uint64_t bytes) {
  std::vector<uint8_t> header_block;
  uint64_t at = place.offset;
  if (place.starts_file && !copying_) {
    header_block.resize(format::kBlockBytes);
    format::write_file_header(place.header, header_block.data());
    parts.insert(parts.begin(), ByteView(header_block));
    at = 0;
    bytes += format::kBlockBytes;
  }
  counters_.write_bytes += bytes;
  return current_->file->write_at(at, parts);
}

Status Log::sync(const LogPlace&) { return sync_current(); }

Status Log::sync_current() {
  ++counters_.sync_count;
  if (WEIR_SEEDED_BUG(ack_before_sync)) return {};
  const Status done = current_->file->sync_data();
  if (!done.ok() && !WEIR_SEEDED_BUG(retry_failed_sync)) return done;
  if (!done.ok()) WEIR_TRY(current_->file->sync_data());
  // A file that was deleted under us takes writes and syncs without complaint (RELIABILITY.md §0).
  WEIR_ASSIGN(const bool linked, current_->file->is_linked());
  if (!linked) {
    return {Code::kIo, text("log file ", current_->name, " of ", directory_.path(),
                            " was deleted by somebody else")};
  }
  return {};
}

void Log::advance(const LogPlace& place, uint64_t bytes, uint32_t crc) {
  header_written_ = true;
  offset_ = place.offset + bytes;
  end_ = {place.file->id(), offset_};
  last_crc_ = crc;
  ++next_sequence_;
}

Status Log::release(const DataFile& file) {
  std::string remove;
  {
    MutexLock lock(mutex_);
    for (auto& slot : slots_) {
      if (slot->current == nullptr || slot->current->id() != file.id()) continue;
      slot->current.reset();
      // The log has moved on from it, so it is not the leader's.
      if (capacity_bytes() > config_.bytes_max) {
        remove = slot->name;
        names_taken_.push_back(remove);  // until it is gone: a new slot must not meet the old file
        capacity_bytes_ -= slot->capacity;
        std::swap(slot, slots_.back());
        slots_.pop_back();
      }
      break;
    }
  }
  if (remove.empty()) return {};
  Status removed = directory_.remove(remove);
  MutexLock lock(mutex_);
  if (removed.ok()) std::erase(names_taken_, remove);
  return removed;
}

}  // namespace weir::storage
