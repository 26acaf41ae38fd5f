// Producers: the window that makes appends with a producer id and sequence idempotent. It is kept as facts of the
// stream, in the same commit as the records, so it is exactly as durable as they are. Guarded by the store's mutex.
//
//   fact "p" + id (u64)   u64 sequence, u64 number of its latest record; all little-endian
#pragma once

#include <string_view>

#include "base/flat_map.h"
#include "store/commit.h"

namespace weir::store {

inline constexpr size_t kProducersMax = 1024;  // the one with the oldest record is forgotten first

struct Producer {
  uint64_t sequence = 0;
  uint64_t number = 0;  // of its latest record
  uint64_t group = 0;   // that record's commit
};

class Producers {
 public:
  // A fact of the stream, when it was opened; others are ignored.
  void restore(std::string_view key, std::string_view value);
  Producer* find(uint64_t id) { return producers_.find(id); }
  size_t size() const { return producers_.size(); }
  // How many of `count` records from `sequence` on have arrived before.
  uint64_t count_known(uint64_t id, uint64_t sequence, uint64_t count) const;
  // Its latest record is `number`; adds the fact to the commit being built.
  void set(CommitPipeline& pipeline, const StreamPtr& stream, uint64_t id, uint64_t sequence,
           uint64_t number);
  void set_group(uint64_t id, uint64_t group);

  // In a batch sequences of one producer only rise, too: true when the item is to be left out.
  void begin_settle() { settled_.clear(); }
  bool settle(uint64_t id, uint64_t sequence);

 private:
  void forget_oldest(CommitPipeline& pipeline, const StreamPtr& stream);

  FlatMap<Producer> producers_;
  FlatMap<uint64_t> settled_;  // highest sequence, counting what the batch at hand will add
};

}  // namespace weir::store
