#include "engine/cache/state.h"

#include <algorithm>

#include "format/record.h"

namespace weir::cache {

namespace {

constexpr std::string_view kKeyFact = "k";
constexpr std::string_view kExpiryFact = "e";
constexpr uint64_t kKeyStep = 1u << 16;  // a crash skips at most one step of keys
constexpr size_t kOperationBytes = 128;
constexpr uint64_t kLoadBytes = 256u << 10;  // read at a time

KeyedHash::Secret random_secret(env::Random& random) {
  KeyedHash::Secret secret;
  random.fill(secret);
  return secret;
}

bool is_later(const auto& a, const auto& b) { return a.due_ns > b.due_ns; }

}  // namespace

struct CollectionState::Found {
  Hash128 hash;
  uint64_t number = 0;
  int64_t written_at_ns = 0;
  int64_t expires_at_ns = 0;
};

CollectionState* CollectionState::of(store::Store& store, const store::StreamPtr& stream) {
  if (!stream->attachment) stream->attachment.reset(new CollectionState(store, stream));
  return static_cast<CollectionState*>(stream->attachment.get());
}

CollectionState::CollectionState(store::Store& store, const store::StreamPtr& stream)
    : store_(store),
      stream_(*stream),
      hash_(random_secret(store.core().env.random)),
      directory_(store.core().pool->budget()),
      indexes_(store, *stream),
      wall_offset_ns_(store.clock().wall_ns() - store.clock().monotonic_ns()),
      opened_at_ns_(store.clock().wall_ns()) {
  const auto found = stream->facts.find(kKeyFact);
  if (found != stream->facts.end() && found->second.size() == 8)
    next_key_ = std::max<uint64_t>(load_little<uint64_t>(as_bytes(found->second).data()), 1);
  key_ceiling_ = key_ceiling_synced_ = next_key_;
  may_expire_ = stream->facts.count(kExpiryFact) != 0;
  stream->access = storage::Access::kRandom;
}

Loaded CollectionState::shown_state() const {
  if (load_ == Load::kUnloaded) return Loaded::kUnloaded;
  if (load_ == Load::kLoading) return Loaded::kLoading;
  return store_.pipeline().is_synced(last_group_) ? Loaded::kLoaded : Loaded::kDirty;
}

// --- loading ---

Status CollectionState::load_locked(const store::StreamPtr& stream) {
  while (load_ == Load::kLoading) store_.wait_locked(load_done, env::kNever);
  if (load_ == Load::kLoaded || stream_.dropped) return {};
  load_ = Load::kLoading;
  Status status;
  try {
    status = fill_locked(stream);
  } catch (const std::bad_alloc&) {
    status = Status(Code::kNoMemory, text("no memory for the directory of collection ",
                                          weir::quoted(stream->name())));
  }
  if (!status.ok()) {
    directory_.clear();
    expiries_.clear();
  }
  load_ = status.ok() ? Load::kLoaded : Load::kUnloaded;
  load_done.notify_all();
  return status;
}

// Nobody changes the collection meanwhile: whoever wants to waits for the directory.
Status CollectionState::fill_locked(const store::StreamPtr& stream) {
  std::vector<storage::ChunkView> views;
  for (uint64_t number = stream_.first_live(0); number < stream_.next_number();) {
    WEIR_TRY(store_.pager().fetch(stream, number, kLoadBytes, &views));
    if (stream_.dropped) return {};
    if (views.empty()) {
      return {Code::kCorrupt, text("document ", number, " of collection ",
                                   weir::quoted(stream->name()), " is in no file")};
    }
    for (const storage::ChunkView& view : views) WEIR_TRY(scan_locked(view, number));
    number = stream_.first_live(views.back().last + 1);
  }
  return {};
}

Status CollectionState::scan_locked(const storage::ChunkView& view, uint64_t from) {
  store_.mutex().assert_held();
  std::vector<Found> all;
  {
    MutexUnlock unlocked(store_.mutex());
    all.reserve(view.count);
    for (uint32_t at = 0; at < view.used;) {
      const uint8_t* record = view.chunk->data + at;
      const format::RecordHeader header = format::read_record_header(record);
      at += static_cast<uint32_t>(format::record_bytes(header.body_bytes));
      if (header.number < from) continue;
      WEIR_ASSIGN(const format::DocumentProperties properties,
                  format::decode_document_properties(
                      {record + format::kRecordHeaderBytes, header.properties_bytes}));
      all.push_back(
          {hash(properties.key), header.number, header.time_ns, properties.expires_at_ns});
    }
  }
  for (const Found& found : all) {
    if (stream_.is_dead(found.number)) continue;
    directory_.set(found.hash, found.number);
    if (found.expires_at_ns != 0) {
      add_expiry({due_ns(found.number, found.written_at_ns, found.expires_at_ns), found.number,
                  found.hash});
    }
  }
  return {};
}

// --- versions ---

bool CollectionState::is_visible(uint64_t version) const {
  if (!is_tombstone(version)) return version < stream_.visible_next;
  const uint64_t* previous = previous_.find(version);
  return previous == nullptr || stream_.is_dead(*previous);
}

uint64_t CollectionState::find_visible(const Hash128& hash) const {
  uint64_t version = directory_.find(hash);
  while (version != 0 && !is_visible(version)) {
    const uint64_t* previous = previous_.find(version);
    version = previous == nullptr ? 0 : *previous;
  }
  return is_tombstone(version) ? 0 : version;
}

uint64_t CollectionState::find_newest(const Hash128& hash) const {
  const uint64_t version = directory_.find(hash);
  return is_tombstone(version) ? 0 : version;
}

void CollectionState::reserve(const Hash128& hash, size_t count) {
  directory_.reserve(hash, count);
  previous_.reserve(count);
  expiries_.reserve(expiries_.size() + count);
  changes_.reserve(changes_.size() + count);
}

void CollectionState::replace(const store::StreamPtr& stream, const Hash128& hash, uint64_t entry,
                              uint64_t version) {
  if (entry != 0) {
    if (!is_tombstone(entry)) store_.pipeline().mark_dead_when_visible(stream, entry);
    previous_.insert(version) = entry;
    changes_.push_back({version, hash});
  }
  directory_.set(hash, version);
}

void CollectionState::set_newest(const store::StreamPtr& stream, const Hash128& hash,
                                 uint64_t number, int64_t due_ns) {
  replace(stream, hash, directory_.find(hash), number);
  if (due_ns == env::kNever) return;
  add_expiry({due_ns, number, hash});
  if (!std::exchange(may_expire_, true)) store_.pipeline().set_fact(stream, kExpiryFact, "1");
}

void CollectionState::remove_newest(const store::StreamPtr& stream, const Hash128& hash) {
  const uint64_t entry = directory_.find(hash);
  if (entry == 0 || is_tombstone(entry)) return;
  replace(stream, hash, entry, kTombstone | ++tombstones_);
}

// What became visible needs no way back any more.
void CollectionState::on_change_locked() {
  while (!changes_.empty() && is_visible(changes_.front().version)) {
    const Change change = changes_.front();
    if (const uint64_t* previous = previous_.find(change.version)) {
      expired_.erase(*previous);
      indexes_.note_dead_locked();
      previous_.erase(change.version);
    }
    if (is_tombstone(change.version) && directory_.find(change.hash) == change.version)
      directory_.erase(change.hash);
    changes_.pop_front();
  }
  if (stream_.held_count() > held_max_) end_oldest_cursor();
}

// --- cursors ---

uint64_t CollectionState::open_hold() {
  const uint64_t hold = stream_.open_hold();
  holds_.push_back(hold);
  return hold;
}

void CollectionState::close_hold(uint64_t hold) {
  if (std::erase(holds_, hold) != 0) stream_.close_hold(hold);
}

bool CollectionState::is_held(uint64_t hold) const {
  return std::find(holds_.begin(), holds_.end(), hold) != holds_.end();
}

// Whoever abandoned a cursor must not pin what is removed for ever. What it pins goes to the next older one's account
// or is freed, so that the sum goes down.
void CollectionState::end_oldest_cursor() {
  if (!holds_.empty()) close_hold(holds_.front());
}

// --- keys ---

void CollectionState::log_key_ceiling(const store::StreamPtr& stream, uint64_t ceiling) {
  char value[8];
  store_little(reinterpret_cast<uint8_t*>(value), ceiling);
  store_.pipeline().set_fact(stream, kKeyFact, {value, sizeof value});
  key_ceiling_ = ceiling;
}

Status CollectionState::take_key_locked(const store::StreamPtr& stream, uint64_t* out) {
  const auto is_taken = [&](uint64_t key) {
    const std::string name = to_text(key);
    return directory_.find(hash(name)) != 0;
  };
  while (true) {
    while (is_taken(next_key_)) ++next_key_;
    if (key_ceiling_ > key_ceiling_synced_ && store_.pipeline().is_synced(key_ceiling_group_))
      key_ceiling_synced_ = key_ceiling_;
    // Ahead of need, so that nobody waits.
    if (next_key_ + kKeyStep / 2 > key_ceiling_) {
      WEIR_TRY(store_.check_writable_locked());
      WEIR_TRY(store_.pipeline().ensure_ack_room(kOperationBytes));
      if (stream_.dropped) return Code::kClosed;
      log_key_ceiling(stream, next_key_ + kKeyStep);
      key_ceiling_group_ = store_.pipeline().end_commit(false);
      continue;
    }
    if (next_key_ < key_ceiling_synced_) break;
    WEIR_TRY(store_.pipeline().wait(key_ceiling_group_));
  }
  *out = next_key_++;
  return {};
}

// At the orderly close: the next key is known exactly, and none is skipped.
void CollectionState::before_group_locked() {
  if (key_ceiling_ == next_key_ || stream_.dropped) return;
  char value[8];
  store_little(reinterpret_cast<uint8_t*>(value), next_key_);
  const store::StreamPtr stream = store_.core().streams.at(stream_.id());
  store_.pipeline().set_fact(stream, kKeyFact, {value, sizeof value});
}

// --- expiry ---

int64_t CollectionState::due_ns(uint64_t number, int64_t written_at_ns,
                                int64_t expires_at_ns) const {
  if (expires_at_ns == 0) return env::kNever;
  if (number >= stream_.recovered_next || expires_at_ns <= written_at_ns) return expires_at_ns;
  return std::min(expires_at_ns, opened_at_ns_ + (expires_at_ns - written_at_ns));
}

int64_t CollectionState::due_of(const uint8_t* record) const {
  const format::RecordHeader header = format::read_record_header(record);
  if (header.properties_bytes < format::kDocumentHeadBytes) return env::kNever;
  return due_ns(header.number, header.time_ns,
                load_little<int64_t>(record + format::kRecordHeaderBytes + 8));
}

void CollectionState::add_expiry(const Expiry& expiry) {
  expiries_.push_back(expiry);
  std::push_heap(expiries_.begin(), expiries_.end(), is_later<Expiry, Expiry>);
}

void CollectionState::expire_locked() {
  if (expiries_.empty()) return;
  const int64_t now = now_ns();
  std::vector<Expiry> hidden;
  while (!expiries_.empty() && expiries_.front().due_ns <= now) {
    std::pop_heap(expiries_.begin(), expiries_.end(), is_later<Expiry, Expiry>);
    const Expiry due = expiries_.back();
    expiries_.pop_back();
    if (stream_.is_dead(due.number)) continue;
    if (due.number >= stream_.visible_next) {
      hidden.push_back(due);
      continue;
    }
    expired_.insert(due.number) = due.hash;
    ++counted.expired_count;
  }
  for (const Expiry& due : hidden) add_expiry(due);
}

Status CollectionState::sweep_locked(const store::StreamPtr& stream, size_t count_max) {
  expire_locked();
  if (expired_.empty()) return {};
  WEIR_TRY(store_.check_writable_locked());
  WEIR_TRY(store_.pipeline().ensure_ack_room(count_max * kOperationBytes));
  if (stream_.dropped) return {};
  std::vector<std::pair<uint64_t, Hash128>> due;
  expired_.for_each([&](uint64_t number, const Hash128& hash) {
    if (due.size() < count_max) due.emplace_back(number, hash);
  });
  store_.pipeline().reserve_operations(due.size() * kOperationBytes);
  bool changed = false;
  for (const auto& [number, hash] : due) {
    if (find_newest(hash) != number) continue;  // replaced; it goes with that change
    reserve(hash, 1);
    remove_newest(stream, hash);
    changed = true;
  }
  if (changed) note_group(store_.pipeline().end_commit(false));
  return {};
}

uint64_t CollectionState::count_locked() {
  expire_locked();
  const uint64_t hidden = stream_.next_number() - stream_.visible_next;
  return stream_.live_count() - hidden - expired_.size();
}

}  // namespace weir::cache
