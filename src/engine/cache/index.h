// A secondary index: the values that a path sees in each document, in order, in memory.
//
// An index gives candidates only: whoever looks up checks each with the whole filter. So it may hold too much (documents
// that were replaced since, long texts by their first 64 bytes, folded texts), never too little: it is filled by the same
// walk of the path that the filter uses. Lists and objects have no entries themselves, only the elements of lists.
//
// Documents are known by their numbers. Replacing one needs no look at the old one: its number is dead, entries with dead
// numbers are left out of lookups and purged, in steps, once they are more than half.
//
// Entries are kept in two B+ trees, one for null < false < true < numbers (16 bytes each), one for texts (24 bytes and
// what exceeds 8 bytes of a text that its neighbour does not have as well).
// Thread class: exclusive for changes; lookups may run side by side.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/cache/path.h"
#include "format/document_codec.h"

namespace weir::cache {

// Numbers of documents in an index are below this.
inline constexpr uint64_t kIndexNumberMax = (1ull << 52) - 1;

using IsDead = std::function<bool(uint64_t number)>;

// A part of an index: from `low` to `high`, both of one type, or all texts that begin with `low` when `prefix`.
// Without a bound it reaches to the end of the type.
struct IndexRange {
  format::ValueType type = format::ValueType::kNull;  // kInt stands for any number
  std::optional<format::ValueView> low;               // included
  std::optional<format::ValueView> high;              // included
  bool prefix = false;
};

class Index {
 public:
  // With `fold`, texts are kept without case: it serves filters with "fold", and exact ones except for ranges of text.
  Index(Path path, bool fold);
  ~Index();
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;

  const Path& path() const { return path_; }
  bool fold() const { return fold_; }

  // Adds the document's values. kCorrupt when its bytes make no sense, kLimit for a number above kIndexNumberMax. If it throws
  // for want of memory, the index is whole but lacks values of the document: insert that again before any lookup.
  Status insert(const format::DocumentView& document, uint64_t number);

  // Appends numbers above `after` that may have a value in the range: each once, ascending, at most `numbers_max` and
  // the smallest ones. `is_dead` is asked for each (empty: none is dead).
  void collect(const IndexRange& range, uint64_t after, size_t numbers_max, const IsDead& is_dead,
               std::vector<uint64_t>* out) const;
  // How many entries the range has: exact up to some hundreds, about right above. The dead ones count, too.
  size_t estimate(const IndexRange& range) const;

  // A document that is in the index was replaced or removed.
  void note_dead() { ++dead_; }
  // More than half of the documents that were inserted are dead, or a purge is under way.
  bool wants_purge() const;
  // Looks at up to `entries_max` entries and leaves out the dead ones; true when the purge is complete. Between the steps
  // the index works as ever. Dead numbers must stay dead.
  bool purge_step(const IsDead& is_dead, size_t entries_max);

  // Some document has several values here (a list): two conditions on the path may hold for different ones, so their ranges
  // must not be intersected.
  bool has_several() const { return has_several_; }

  uint64_t entry_count() const;
  // Inserted less purged, the dead ones included.
  uint64_t document_count() const { return documents_; }
  // Memory in use, for the budget.
  uint64_t bytes() const;

 private:
  struct Trees;
  struct Purge;
  bool insert_value(const format::ValueView& value, uint64_t number);

  const Path path_;
  const bool fold_;
  std::unique_ptr<Trees> trees_;
  std::unique_ptr<Purge> purge_;
  std::string folded_;  // scratch
  bool has_several_ = false;
  uint64_t documents_ = 0;
  uint64_t dead_ = 0;
};

}  // namespace weir::cache
