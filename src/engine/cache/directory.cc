#include "engine/cache/directory.h"

#include <utility>

#include "base/assert.h"

namespace weir::cache {

namespace {

constexpr size_t kFirstEntries = 16;

uint64_t packed(const Hash128& hash, uint64_t value) { return value | (hash.high << 48); }
uint64_t number_in(uint64_t packed_value) { return packed_value & kEntryMax; }
// At most 3/4 full.
size_t capacity_for(size_t count) {
  size_t capacity = kFirstEntries;
  while (count * 4 > capacity * 3) capacity *= 2;
  return capacity;
}

}  // namespace

Directory::Entry* Directory::find_in(const Table& table, const Hash128& hash) {
  if (table.size == 0) return nullptr;
  const size_t mask = table.entries.size() - 1;
  for (size_t at = hash.low & mask;; at = (at + 1) & mask) {
    const Entry& entry = table.entries[at];
    if (number_in(entry.value) == 0) return nullptr;
    if (entry.tag == hash.low && (entry.value >> 48) == (hash.high & 0xffff))
      return const_cast<Entry*>(&entry);
  }
}

uint64_t Directory::find(const Hash128& hash) const {
  const Entry* entry = find_in(table_of(hash), hash);
  return entry == nullptr ? 0 : number_in(entry->value);
}

void Directory::insert(Table& table, const Entry& entry) {
  const size_t mask = table.entries.size() - 1;
  size_t at = entry.tag & mask;
  while (number_in(table.entries[at].value) != 0) at = (at + 1) & mask;
  table.entries[at] = entry;
  ++table.size;
}

void Directory::grow(Table& table, size_t wanted) {
  Table larger;
  larger.entries.resize(capacity_for(wanted));
  for (const Entry& entry : table.entries) {
    if (number_in(entry.value) != 0) insert(larger, entry);
  }
  const uint64_t before = table.entries.size() * sizeof(Entry);
  const uint64_t after = larger.entries.size() * sizeof(Entry);
  budget_.add(after - before);
  bytes_ += after - before;
  table = std::move(larger);
}

void Directory::split() {
  std::vector<Table> tables(kTables);
  std::vector<size_t> counts(kTables, 0);
  for (const Entry& entry : tables_[0].entries) {
    if (number_in(entry.value) != 0) ++counts[entry.tag >> 56];
  }
  uint64_t bytes = 0;
  for (size_t i = 0; i < kTables; ++i) {
    tables[i].entries.resize(capacity_for(counts[i] + 1));
    bytes += tables[i].entries.size() * sizeof(Entry);
  }
  for (const Entry& entry : tables_[0].entries) {
    if (number_in(entry.value) != 0) insert(tables[entry.tag >> 56], entry);
  }
  budget_.add(bytes);
  budget_.remove(bytes_);
  bytes_ = bytes;
  tables_ = std::move(tables);
}

void Directory::reserve(const Hash128& hash, size_t more) {
  if (tables_.size() == 1 && size_ + more > kSplitSize) split();
  Table& table = table_of(hash);
  const size_t wanted = table.size + more;
  if (wanted * 4 > table.entries.size() * 3) grow(table, wanted);
}

void Directory::set(const Hash128& hash, uint64_t value) {
  WEIR_ASSERT(value != 0 && value <= kEntryMax);
  Table& table = table_of(hash);
  if (Entry* entry = find_in(table, hash); entry != nullptr) {
    entry->value = packed(hash, value);
    return;
  }
  if ((table.size + 1) * 4 > table.entries.size() * 3) grow(table, table.size + 1);
  insert(table, {hash.low, packed(hash, value)});
  ++size_;
}

bool Directory::erase(const Hash128& hash) {
  Table& table = table_of(hash);
  Entry* found = find_in(table, hash);
  if (found == nullptr) return false;
  const size_t mask = table.entries.size() - 1;
  auto hole = static_cast<size_t>(found - table.entries.data());
  for (size_t at = (hole + 1) & mask; number_in(table.entries[at].value) != 0;
       at = (at + 1) & mask) {
    const size_t home = table.entries[at].tag & mask;
    // May the entry at `at` move into the hole? Only when its home is not cyclically inside (hole, at].
    if (((at - home) & mask) >= ((at - hole) & mask)) {
      table.entries[hole] = table.entries[at];
      hole = at;
    }
  }
  table.entries[hole] = Entry();
  --table.size;
  --size_;
  return true;
}

void Directory::clear() {
  budget_.remove(bytes_);
  bytes_ = 0;
  size_ = 0;
  tables_ = std::vector<Table>(1);
}

}  // namespace weir::cache
