// Searches: pages of documents that match a filter, by index or by scan, and index definitions.
#include "engine/cache/collection.h"
#include "engine/cache/content.h"
#include "engine/cache/cursor.h"
#include "engine/cache/plan.h"
#include "engine/cache/state.h"
#include "format/record.h"

namespace weir::cache {

namespace {
constexpr size_t kCandidatesAtOnce = 256;
}

Status match_record(const Filter& filter, const uint8_t* record, bool* out) {
  *out = true;
  if (filter.matches_all()) return {};
  const format::RecordHeader header = format::read_record_header(record);
  const uint8_t* body = record + format::kRecordHeaderBytes;
  *out = false;
  if (header.properties_bytes < format::kDocumentHeadBytes ||
      body[0] != static_cast<uint8_t>(format::DocumentForm::kDocument)) {
    return {};
  }
  const Match match = filter.matches(
      ByteView(body + header.properties_bytes, header.body_bytes - header.properties_bytes));
  if (match == Match::kCorrupt) {
    return {Code::kCorrupt,
            text("document ", weir::quoted(format::document_key({body, header.properties_bytes})),
                 ", version ", header.number, ": its bytes make no sense")};
  }
  *out = match == Match::kYes;
  return {};
}

// With `into` null it only counts. One match beyond the page is looked for, so that *out_next is exact.
Status Handle::find_by_index(const Plan& plan, const Filter& filter, const FindOptions& options,
                             Documents* into, uint64_t* out_count, uint64_t* out_next) {
  const IsDead is_dead = [this](uint64_t number) { return stream_->is_dead(number); };
  const int64_t now = state_->now_ns();
  std::vector<uint64_t> numbers;
  uint64_t position = options.after;
  uint64_t last = 0;
  do {
    plan.candidates(position, kCandidatesAtOnce, is_dead, &numbers);
    for (size_t i = 0; i < numbers.size();) {
      const uint64_t number = numbers[i];
      if (number >= stream_->visible_next || stream_->is_dead(number)) {
        position = number;
        ++i;
        continue;
      }
      storage::Chunk* chunk = nullptr;
      const uint8_t* record = stream_->find_in_memory(number, &chunk);
      if (record == nullptr) {
        WEIR_TRY(store_->pager().load(stream_, number));
        WEIR_TRY(check_open_locked());
        continue;
      }
      position = number;
      ++i;
      bool matches = false;
      WEIR_TRY(match_record(filter, record, &matches));
      if (!matches || state_->due_of(record) <= now) continue;
      if (into == nullptr) {
        ++*out_count;
        continue;
      }
      const uint64_t bytes = format::read_record_header(record).body_bytes;
      if (into->count() == options.count_max ||
          (into->count() != 0 && into->bytes() + bytes > options.bytes_max)) {
        *out_next = last;
        return {};
      }
      WEIR_TRY(into->add(record, chunk));
      last = number;
    }
  } while (numbers.size() == kCandidatesAtOnce);
  return {};
}

Status Handle::search(const Filter& filter, const FindOptions& options, Documents* into,
                      uint64_t* out_count, uint64_t* out_next, bool* out_done) {
  *out_done = false;
  MutexLock lock(store_->mutex());
  WEIR_TRY(check_open_locked());
  if (filter.matches_all() || state_->indexes().empty()) return {};
  WEIR_TRY(state_->indexes().build_locked(stream_));
  WEIR_TRY(check_open_locked());
  const std::vector<const Index*> built = state_->indexes().built_locked();
  const Plan plan = Plan::choose(filter, built, stream_->live_count());
  if (!plan.uses_index()) return {};
  *out_done = true;
  return find_by_index(plan, filter, options, into, out_count, out_next);
}

Status Handle::find(const std::shared_ptr<Handle>& self,
                    const std::shared_ptr<const Filter>& filter, const FindOptions& given,
                    Documents* into, uint64_t* out_next) {
  const FindOptions options = given;  // *out_next may lie in it
  into->clear();
  *out_next = 0;
  bool done = false;
  uint64_t count = 0;
  WEIR_TRY(self->search(*filter, options, into, &count, out_next, &done));
  if (done) return {};
  CursorOptions scan;
  scan.after = options.after;
  scan.filter = filter;
  WEIR_ASSIGN(const std::unique_ptr<Cursor> cursor, Cursor::open(self, scan));
  const Status status = cursor->next(options.count_max, options.bytes_max, into);
  if (status.code() == Code::kEnd) return {};
  WEIR_TRY(status);
  const uint64_t last = into->at(into->count() - 1).version;
  WEIR_ASSIGN(const uint64_t more, cursor->count_rest(1));
  *out_next = more == 0 ? 0 : last;
  return {};
}

Status Handle::count_matches(const std::shared_ptr<Handle>& self,
                             const std::shared_ptr<const Filter>& filter, uint64_t* out) {
  *out = 0;
  if (filter->matches_all()) return self->count(out);
  bool done = false;
  uint64_t next = 0;
  WEIR_TRY(self->search(*filter, {}, nullptr, out, &next, &done));
  if (done) return {};
  CursorOptions scan;
  scan.filter = filter;
  WEIR_ASSIGN(const std::unique_ptr<Cursor> cursor, Cursor::open(self, scan));
  WEIR_ASSIGN(*out, cursor->count_rest(UINT64_MAX));
  return {};
}

// --- indexes ---

Status Handle::create_index(std::string_view path, bool fold) {
  MutexLock lock(store_->mutex());
  WEIR_TRY(check_open_locked());
  return state_->indexes().create_locked(stream_, path, fold);
}

Status Handle::drop_index(std::string_view path, bool fold) {
  MutexLock lock(store_->mutex());
  WEIR_TRY(check_open_locked());
  return state_->indexes().drop_locked(stream_, path, fold);
}

Status Handle::rebuild_index(std::string_view path, bool fold) {
  MutexLock lock(store_->mutex());
  WEIR_TRY(check_open_locked());
  return state_->indexes().rebuild_locked(stream_, path, fold);
}

Status Handle::list_indexes(std::vector<std::string>* out) {
  MutexLock lock(store_->mutex());
  WEIR_TRY(check_open_locked());
  *out = state_->indexes().list_locked();
  return {};
}

}  // namespace weir::cache
