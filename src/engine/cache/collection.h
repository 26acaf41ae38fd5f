// The cache engine's face: what the api layer and the tests call. A Handle is one open collection of one store; the
// collection itself (CollectionState, state.h) belongs to the store and outlives handles.
//
// Thread class of Handle: shared. shutdown() may race with everything; destruction is the last call.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/keyed_hash.h"
#include "base/result.h"
#include "engine/cache/documents.h"
#include "store/batch.h"

namespace weir::cache {

class CollectionState;
class Filter;
class Plan;

enum class Kind : uint8_t { kDurable = 0, kMemory = 1 };
enum class PutMode : uint8_t { kUpsert = 0, kInsert = 1, kReplace = 2 };
// How far a collection is in memory.
enum class Loaded : uint32_t { kUnloaded = 0, kLoading = 1, kLoaded = 2, kDirty = 3 };

inline constexpr size_t kNameBytesMax = 255;
inline constexpr size_t kContentTypeBytesMax = 255;
inline constexpr size_t kManyCountMax = 1000;
inline constexpr size_t kPageCountMax = 100'000;
inline constexpr uint32_t kSaveIntervalMsMax = 86'400'000;  // a day
inline constexpr int64_t kDurationMsMax = 315'360'000'000;  // ten years

struct OpenOptions {
  Kind kind = Kind::kDurable;
  uint32_t save_interval_ms = 0;  // 0: never in the background
  bool create = true;
  bool existing_kind = false;  // an existing collection of another kind is fine
};

struct PutOptions {
  store::Durability durability = store::Durability::kDefault;
  int64_t timeout_ms = 0;
  int64_t ttl_ms = 0;  // 0: for ever
  PutMode mode = PutMode::kUpsert;
  uint64_t expected_version = 0;  // 0: any
  bool is_json = false;  // the payload is JSON text, to be checked and stored as a document
  std::string_view content_type;  // of bytes
};

struct PutResult {
  store::Level level = store::Level::kMemory;
  uint64_t version = 0;  // of the last one
  uint64_t count = 0;
  uint64_t generated_key = 0;
};

struct FindOptions {
  uint64_t count_max = 1000;
  uint64_t bytes_max = 16u << 20;
  uint64_t after = 0;  // only documents with a higher version
};

struct RemoveOptions {
  store::Durability durability = store::Durability::kDefault;
  uint64_t expected_version = 0;  // 0: any
};

// A document on its way in.
struct Item {
  std::string_view key;
  ByteView payload;
};

struct Statistics {
  Kind kind = Kind::kDurable;
  Loaded state = Loaded::kUnloaded;
  uint64_t document_count = 0;
  uint64_t put_count = 0;
  uint64_t remove_count = 0;
  uint64_t hit_count = 0;   // reads that found their record in memory ...
  uint64_t miss_count = 0;  // ... and on disk
  uint64_t expired_count = 0;
  uint64_t evicted_bytes = 0;  // of the whole store
  uint64_t memory_bytes = 0;
  uint64_t directory_bytes = 0;
  uint64_t index_bytes = 0;
  uint64_t index_count = 0;
  uint64_t disk_bytes = 0;
  uint64_t next_version = 0;
};

class Handle : public store::BatchTarget {
 public:
  static Result<std::unique_ptr<Handle>> open(std::shared_ptr<store::Store> store,
                                              std::string_view name, const OpenOptions& options);
  ~Handle() override;

  // kConflict: mode or expected_version do not fit what is there. kNotFound: there is nothing to replace.
  Status put(std::string_view key, ByteView payload, const PutOptions& options, PutResult* out);
  // Under a key of its own: the decimal text of out->generated_key.
  Status insert(ByteView payload, const PutOptions& options, PutResult* out);
  // All or none; keys are given once each.
  Status put_many(std::span<const Item> items, const PutOptions& options, PutResult* out);
  // kNotFound. `into` is cleared first and may be used again and again.
  Status get(std::string_view key, Documents* into);
  // As of one moment; what is not there is marked as missing.
  Status get_many(std::span<const std::string_view> keys, Documents* into);
  // A merge patch (RFC 7396, JSON) on the newest version; changes by others meanwhile are not lost.
  Status update(std::string_view key, std::string_view patch, const PutOptions& options,
                PutResult* out);
  // One page of what matches, the lowest version first, as stored; *out_next is 0 when there is no more, else `after` of
  // the next page.
  static Status find(const std::shared_ptr<Handle>& self,
                     const std::shared_ptr<const Filter>& filter, const FindOptions& options,
                     Documents* into, uint64_t* out_next);
  static Status count_matches(const std::shared_ptr<Handle>& self,
                              const std::shared_ptr<const Filter>& filter, uint64_t* out);
  // Indexes by path; with `fold` texts are kept without case, for filters that fold.
  Status create_index(std::string_view path, bool fold);
  Status drop_index(std::string_view path, bool fold);
  Status rebuild_index(std::string_view path, bool fold);
  Status list_indexes(std::vector<std::string>* out);
  Status remove(std::string_view key, const RemoveOptions& options, store::Level* out_level);
  // Keys that are not there are left out; kNotFound when none was.
  Status remove_many(std::span<const std::string_view> keys, store::Durability durability,
                     uint64_t* out_count, store::Level* out_level);
  Status count(uint64_t* out);
  Status stats(Statistics* out);
  // Everything accepted so far is synced and moved to segments, and what is due is removed.
  Status save();
  // Every call in progress and to come returns kClosed.
  void shutdown();

  // --- in a batch ---
  Status add_put(store::Batch& batch, std::string_view key, ByteView payload,
                 const PutOptions& options);
  Status add_remove(store::Batch& batch, std::string_view key, const RemoveOptions& options);
  const std::shared_ptr<store::Store>& batch_store() const override { return store_; }
  const store::StreamPtr& batch_stream() const override { return stream_; }
  Status check_item_locked(const store::BatchItem& item) override;
  void settle_item_locked(store::BatchItem& item) override;
  void sequence_item_locked(store::CommitPipeline& pipeline, store::BatchItem& item) override;
  void item_sequenced_locked(store::BatchItem& item, uint64_t group) override;

  const std::shared_ptr<store::Store>& store() const { return store_; }
  const store::StreamPtr& stream() const { return stream_; }
  CollectionState* state() const { return state_; }
  Status check_open_locked() const;

 private:
  Handle(std::shared_ptr<store::Store> store, store::StreamPtr stream, CollectionState* state)
      : store_(std::move(store)), stream_(std::move(stream)), state_(state) {}

  // Open and loaded; may release the mutex.
  Status enter_locked();
  Status check_put_locked(const Hash128& hash, PutMode mode, uint64_t expected_version) const;
  Status check_remove_locked(const Hash128& hash, uint64_t expected_version) const;
  uint64_t find_live_locked(const Hash128& hash) const;
  Status put_stored(const format::DocumentProperties& properties, ByteView payload,
                    const PutOptions& options, PutResult* out);
  Status put_draft(const Hash128& hash, storage::RecordDraft& draft, const PutOptions& options,
                   int64_t expires_at_ns, PutResult* out);
  Status read_newest(std::string_view key, uint64_t expected_version, Documents* into);
  Status search(const Filter& filter, const FindOptions& options, Documents* into,
                uint64_t* out_count, uint64_t* out_next, bool* out_done);
  Status find_by_index(const Plan& plan, const Filter& filter, const FindOptions& options,
                       Documents* into, uint64_t* out_count, uint64_t* out_next);
  Status ensure_loaded();
  int64_t save_step();
  Status read_one_locked(std::string_view key, const Hash128& hash, Documents* into);
  Status read_version_locked(std::string_view key, uint64_t version, Documents* into);
  int64_t expiry_of(const PutOptions& options) const;

  std::shared_ptr<store::Store> store_;
  store::StreamPtr stream_;  // keeps state_ alive, also when it is dropped
  CollectionState* state_;
  bool closed_ = false;  // guarded by the store's mutex
  int64_t save_interval_ns_ = 0;
  int64_t next_save_ns_ = 0;
  std::unique_ptr<env::Task> saver_;
};

Status drop(store::Store& store, std::string_view name);
Result<std::vector<std::string>> list(store::Store& store);  // sorted

}  // namespace weir::cache
