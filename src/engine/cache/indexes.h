// Indexes: the secondary indexes of one collection. Their definitions are facts of its stream, their contents lie in
// memory and are built at the first search. What one lacks (never built, out of memory) only costs speed.
//
// Guarded by the store's mutex. Their bytes count against the memory budget.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/cache/index.h"
#include "store/store.h"

namespace weir::cache {

inline constexpr size_t kIndexesMax = 64;

class Indexes {
 public:
  // Takes the definitions from the stream's facts: "x", then 1 or 0 (texts without case), then the path.
  Indexes(store::Store& store, const storage::Stream& stream);
  ~Indexes();
  Indexes(const Indexes&) = delete;
  Indexes& operator=(const Indexes&) = delete;

  bool empty() const { return slots_.empty(); }
  size_t size() const { return slots_.size(); }
  uint64_t bytes() const { return charged_; }
  // kExists, kLimit. Durable on return; the contents follow at the first search.
  Status create_locked(const store::StreamPtr& stream, std::string_view path, bool fold);
  Status drop_locked(const store::StreamPtr& stream, std::string_view path, bool fold);
  // Forgets the contents and builds them anew.
  Status rebuild_locked(const store::StreamPtr& stream, std::string_view path, bool fold);
  // Paths, those without case with " fold" behind; sorted.
  std::vector<std::string> list_locked() const;

  // Builds what is not built. Releases the mutex between stretches; changes meanwhile are in it.
  Status build_locked(const store::StreamPtr& stream);
  std::vector<const Index*> built_locked() const;
  // A document is about to get this number. Never fails: an index that cannot take it is built again later.
  void insert_locked(uint64_t number, ByteView properties, ByteView payload);
  // A document died.
  void note_dead_locked();
  // A bounded step of clearing away what died.
  void purge_locked(const storage::Stream& stream);

 private:
  enum class Phase : uint8_t { kMissing, kBuilding, kBuilt };
  struct Slot {
    Slot(Path path_in, bool fold_in) : path(std::move(path_in)), fold(fold_in) {}
    const Path path;
    const bool fold;
    std::unique_ptr<Index> index;  // none when it is missing
    Phase phase = Phase::kMissing;
    bool dropped = false;
  };
  using SlotPtr = std::shared_ptr<Slot>;

  SlotPtr find(std::string_view path, bool fold) const;
  Status build_one_locked(const store::StreamPtr& stream, const SlotPtr& slot);
  void insert_into(Slot& slot, uint64_t number, const format::DocumentView& document);
  void charge();

  store::Store& store_;
  std::vector<SlotPtr> slots_;
  uint64_t charged_ = 0;
};

}  // namespace weir::cache
