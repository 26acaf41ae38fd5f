// Directory: key -> number of the newest version, for a whole collection, in memory. Open addressing with linear
// probing and deletion by shifting back (Knuth, TAOCP 3, 6.4 R); 16 bytes an entry: 80 bits of the key's keyed hash and
// a 48-bit number. Keys are not kept, so that a change needs no I/O to compare them; design/001-directory.md has the
// odds. Split by hash into tables that grow one at a time, so that no call pays for all of them.
//
// Guarded by the store's mutex. Its bytes count against the memory budget.
#pragma once

#include <cstdint>
#include <vector>

#include "base/keyed_hash.h"
#include "storage/chunk.h"

namespace weir::cache {

inline constexpr uint64_t kNumberBound = uint64_t{1} << 47;  // numbers of versions lie below
inline constexpr uint64_t kEntryMax = (uint64_t{1} << 48) - 1;

class Directory {
 public:
  explicit Directory(storage::MemoryBudget& budget) : budget_(budget), tables_(1) {}
  ~Directory() { clear(); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  size_t size() const { return size_; }
  uint64_t bytes() const { return bytes_; }
  // 0: none.
  uint64_t find(const Hash128& hash) const;
  // Room for one more with this hash, so that set cannot fail. std::bad_alloc: nothing changed.
  void reserve(const Hash128& hash, size_t more = 1);
  // Inserts or replaces; 0 < value <= kEntryMax.
  void set(const Hash128& hash, uint64_t value);
  bool erase(const Hash128& hash);
  void clear();

 private:
  struct Entry {
    uint64_t tag = 0;
    uint64_t value = 0;  // 48 bits of number, 16 more bits of hash; a number of 0 is a free place
  };
  struct Table {
    std::vector<Entry> entries;  // a power of two, or none
    size_t size = 0;
  };
  static constexpr size_t kTables = 256;
  static constexpr size_t kSplitSize = 16'384;

  Table& table_of(const Hash128& hash) { return tables_[tables_.size() == 1 ? 0 : hash.low >> 56]; }
  const Table& table_of(const Hash128& hash) const {
    return tables_[tables_.size() == 1 ? 0 : hash.low >> 56];
  }
  static Entry* find_in(const Table& table, const Hash128& hash);
  static void insert(Table& table, const Entry& entry);
  void grow(Table& table, size_t wanted);
  void split();

  storage::MemoryBudget& budget_;
  std::vector<Table> tables_;
  size_t size_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace weir::cache
