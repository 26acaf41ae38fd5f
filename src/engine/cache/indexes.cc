#include "engine/cache/indexes.h"

#include <algorithm>
#include <new>

#include "format/document_properties.h"
#include "format/record.h"

namespace weir::cache {

namespace {

constexpr size_t kOperationBytes = 64;
constexpr uint64_t kBuildBytes = 256u << 10;
constexpr size_t kPurgeEntries = 64;  // looked at with each document that is put

std::string fact_of(std::string_view path, bool fold) { return text(fold ? "x1" : "x0", path); }

}  // namespace

Indexes::Indexes(store::Store& store, const storage::Stream& stream) : store_(store) {
  for (const auto& [key, value] : stream.facts) {
    if (key.size() < 3 || key[0] != 'x' || (key[1] != '0' && key[1] != '1')) continue;
    Result<Path> path = Path::parse(std::string_view(key).substr(2));
    if (path.ok()) slots_.push_back(std::make_shared<Slot>(path.take(), key[1] == '1'));
  }
}

Indexes::~Indexes() { store_.core().pool->budget().remove(charged_); }

void Indexes::charge() {
  uint64_t bytes = 0;
  for (const SlotPtr& slot : slots_) bytes += slot->index ? slot->index->bytes() : 0;
  storage::MemoryBudget& budget = store_.core().pool->budget();
  if (bytes > charged_) {
    budget.add(bytes - charged_);
  } else if (bytes < charged_) {
    budget.remove(charged_ - bytes);
  }
  charged_ = bytes;
}

Indexes::SlotPtr Indexes::find(std::string_view path, bool fold) const {
  for (const SlotPtr& slot : slots_) {
    if (slot->path.text() == path && slot->fold == fold) return slot;
  }
  return nullptr;
}

// --- definitions ---

Status Indexes::create_locked(const store::StreamPtr& stream, std::string_view path, bool fold) {
  WEIR_ASSIGN(Path parsed, Path::parse(path));
  WEIR_TRY(store_.check_writable_locked());
  WEIR_TRY(store_.pipeline().ensure_ack_room(kOperationBytes + path.size()));
  if (stream->dropped) return Code::kClosed;
  if (find(path, fold) != nullptr)
    return {Code::kExists, text("there is an index on ", weir::quoted(path), " already")};
  if (slots_.size() >= kIndexesMax) {
    return {Code::kLimit,
            text("the collection has ", uint64_t{slots_.size()}, " indexes, the most it can have")};
  }
  slots_.push_back(std::make_shared<Slot>(std::move(parsed), fold));
  store_.pipeline().set_fact(stream, fact_of(path, fold), "1");
  return store_.pipeline().wait(store_.pipeline().end_commit(true));
}

Status Indexes::drop_locked(const store::StreamPtr& stream, std::string_view path, bool fold) {
  WEIR_TRY(store_.check_writable_locked());
  WEIR_TRY(store_.pipeline().ensure_ack_room(kOperationBytes + path.size()));
  const SlotPtr slot = find(path, fold);
  if (slot == nullptr || stream->dropped) return Code::kNotFound;
  slot->dropped = true;
  std::erase(slots_, slot);
  charge();
  store_.pipeline().set_fact(stream, fact_of(path, fold), {});
  return store_.pipeline().wait(store_.pipeline().end_commit(true));
}

std::vector<std::string> Indexes::list_locked() const {
  std::vector<std::string> names;
  for (const SlotPtr& slot : slots_)
    names.push_back(slot->fold ? text(slot->path.text(), " fold") : slot->path.text());
  std::sort(names.begin(), names.end());
  return names;
}

// --- contents ---

Status Indexes::rebuild_locked(const store::StreamPtr& stream, std::string_view path, bool fold) {
  const SlotPtr slot = find(path, fold);
  if (slot == nullptr) return Code::kNotFound;
  if (slot->phase == Phase::kBuilding)
    return {Code::kBusy, text("the index on ", weir::quoted(path), " is being built")};
  slot->phase = Phase::kMissing;
  return build_one_locked(stream, slot);
}

Status Indexes::build_locked(const store::StreamPtr& stream) {
  const std::vector<SlotPtr> slots = slots_;
  for (const SlotPtr& slot : slots) {
    if (slot->phase == Phase::kMissing && !slot->dropped) WEIR_TRY(build_one_locked(stream, slot));
  }
  return {};
}

Status Indexes::build_one_locked(const store::StreamPtr& stream, const SlotPtr& slot) {
  store_.mutex().assert_held();
  slot->index = std::make_unique<Index>(slot->path, slot->fold);
  slot->phase = Phase::kBuilding;
  const uint64_t bound = stream->next_number();  // what comes later is inserted as it comes
  std::vector<storage::ChunkView> views;
  Status status;
  for (uint64_t number = stream->first_live(0); number < bound && status.ok();) {
    status = store_.pager().fetch(stream, number, kBuildBytes, &views);
    if (!status.ok() || views.empty()) break;
    for (const storage::ChunkView& view : views) {
      for (uint32_t at = 0; at < view.used;) {
        const uint8_t* record = view.chunk->data + at;
        const format::RecordHeader header = format::read_record_header(record);
        at += static_cast<uint32_t>(format::record_bytes(header.body_bytes));
        const uint8_t* body = record + format::kRecordHeaderBytes;
        if (header.number < number || header.number >= bound || stream->is_dead(header.number))
          continue;
        format::DocumentView document;
        if (body[0] == static_cast<uint8_t>(format::DocumentForm::kDocument) &&
            format::DocumentView::open(
                {body + header.properties_bytes, header.body_bytes - header.properties_bytes},
                &document)) {
          insert_into(*slot, header.number, document);
        }
      }
    }
    charge();
    number = stream->first_live(views.back().last + 1);
    // Others get their turn.
    MutexUnlock unlocked(store_.mutex());
  }
  // It may have lost its memory meanwhile.
  if (slot->phase != Phase::kBuilding) return status;
  slot->phase = status.ok() ? Phase::kBuilt : Phase::kMissing;
  if (!status.ok()) slot->index.reset();
  charge();
  return status;
}

std::vector<const Index*> Indexes::built_locked() const {
  std::vector<const Index*> built;
  for (const SlotPtr& slot : slots_) {
    if (slot->phase == Phase::kBuilt) built.push_back(slot->index.get());
  }
  return built;
}

void Indexes::insert_into(Slot& slot, uint64_t number, const format::DocumentView& document) {
  if (slot.phase == Phase::kMissing) return;
  bool inserted = false;
  try {
    inserted = slot.index->insert(document, number).ok();
  } catch (const std::bad_alloc&) {
    // Told by `inserted`.
  }
  if (inserted) return;
  slot.phase = Phase::kMissing;
  slot.index.reset();
}

void Indexes::insert_locked(uint64_t number, ByteView properties, ByteView payload) {
  format::DocumentView document;
  if (slots_.empty() || properties[0] != static_cast<uint8_t>(format::DocumentForm::kDocument) ||
      !format::DocumentView::open(payload, &document)) {
    return;
  }
  for (const SlotPtr& slot : slots_) insert_into(*slot, number, document);
  charge();
}

void Indexes::note_dead_locked() {
  for (const SlotPtr& slot : slots_) {
    if (slot->phase == Phase::kBuilt) slot->index->note_dead();
  }
}

void Indexes::purge_locked(const storage::Stream& stream) {
  for (const SlotPtr& slot : slots_) {
    if (slot->phase != Phase::kBuilt || !slot->index->wants_purge()) continue;
    slot->index->purge_step([&](uint64_t number) { return stream.is_dead(number); }, kPurgeEntries);
  }
}

}  // namespace weir::cache
