// The log engine's face: what the api layer and the tests call. A Handle is one open log of one store; the log itself
// (LogState, state.h) belongs to the store and outlives handles. Offsets are the stream's numbers less one.
//
// Thread class of Handle: shared. shutdown() may race with everything; destruction is the last call.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/log/records.h"
#include "store/batch.h"

namespace weir::log {

class LogState;

enum class Kind : uint8_t { kDurable = 0, kMemory = 1 };

inline constexpr size_t kNameBytesMax = 255;
inline constexpr size_t kKeyBytesMax = 64u << 10;
inline constexpr size_t kContentTypeBytesMax = 255;
inline constexpr size_t kManyCountMax = 1'000'000;
inline constexpr size_t kConsumersMax = 65'536;
inline constexpr int64_t kDurationMsMax = 315'360'000'000;  // ten years
inline constexpr uint64_t kOffsetMax = INT64_MAX - 1;

// What named consumers mean for retention.
enum class ConsumerRetention : uint32_t {
  kIgnore = 0,      // nothing
  kKeepUnread = 1,  // age and size never take what one of them has not committed
  kDropRead = 2,    // the same, and what all of them have committed goes at once
};

struct Retention {
  int64_t age_ms = 7ll * 24 * 3600 * 1000;  // 0: records of any age stay
  uint64_t bytes_max = 0;                   // 0: no bound
  ConsumerRetention consumers = ConsumerRetention::kIgnore;
};

struct OpenOptions {
  Kind kind = Kind::kDurable;
  bool create = true;
  bool existing_kind = false;  // an existing log of another kind is fine
  Retention retention;         // of a log that is made
};

struct AppendOptions {
  store::Durability durability = store::Durability::kDefault;
  int64_t timeout_ms = 0;
  std::string_view content_type;
  const std::vector<std::pair<std::string, std::string>>* headers = nullptr;
  std::string_view key;  // of the record; with key_sizes the keys of all, one after another
  std::span<const uint32_t> key_sizes;  // append_many: empty, or one for each
  int64_t time_ns = 0;                  // 0: the log's clock
  std::span<const int64_t> times_ns;    // append_many: empty, or one for each
  uint64_t producer_id = 0;
  uint64_t producer_sequence = 0;
};

struct AppendResult {
  store::Level level = store::Level::kMemory;
  uint64_t offset = 0;  // of the first; without meaning when count is 0
  uint64_t count = 0;
  uint64_t duplicate_count = 0;
};

struct Statistics {
  Kind kind = Kind::kDurable;
  Retention retention;
  uint64_t record_count = 0;
  uint64_t first_offset = 0;
  uint64_t next_offset = 0;
  uint64_t trimmed_offset = 0;  // what lies below was trimmed, or its retention was over
  uint64_t consumer_count = 0;
  uint64_t reader_count = 0;
  uint64_t append_count = 0;  // records since the store was opened, as all below
  uint64_t read_count = 0;
  uint64_t trim_count = 0;
  uint64_t compacted_count = 0;
  uint64_t duplicate_count = 0;
  uint64_t memory_bytes = 0;
  uint64_t disk_bytes = 0;
};

struct ConsumerStatistics {
  uint64_t offset = 0;  // committed: where it goes on
  uint64_t lag = 0;     // offsets between that and the newest record
  uint64_t reader_count = 0;
  int64_t committed_at_ns = 0;
};

class Handle : public store::BatchTarget {
 public:
  static Result<std::unique_ptr<Handle>> open(const std::shared_ptr<store::Store>& store,
                                              std::string_view name, const OpenOptions& options);
  ~Handle() override = default;

  // kDuplicate when every record had arrived before. `out` is never null here.
  Status append(ByteView payload, const AppendOptions& options, AppendResult* out);
  Status append_many(ByteView data, std::span<const uint32_t> sizes, const AppendOptions& options,
                     AppendResult* out);
  Status producer_sequence(uint64_t producer_id, uint64_t* out_sequence);

  Status first_offset(uint64_t* out);
  Status next_offset(uint64_t* out);
  // The first offset whose record has that time or a later one; the next offset when there is none.
  Status offset_for_time(int64_t time_ns, uint64_t* out);
  // kEmpty: nothing there (yet). kOutOfRange: gone, *out_first_offset is left.
  Status read(uint64_t offset, size_t count_max, uint64_t bytes_max, Records* into,
              uint64_t* out_first_offset);

  Status configure(const Retention& retention);
  Status trim(uint64_t before, uint64_t* out_count);
  // Applies the retention now.
  Status retain(uint64_t* out_count);
  // Of records with the same key only the newest stays.
  Status compact(uint64_t* out_count);
  Status stats(Statistics* out);

  Result<std::vector<std::string>> consumers();  // sorted
  Status consumer(std::string_view name, ConsumerStatistics* out);
  Status reset_consumer(std::string_view name, uint64_t offset);
  Status remove_consumer(std::string_view name);

  // Every call in progress and to come returns kClosed.
  void shutdown();

  // Adds to a batch, which must not outlive this handle.
  Status add_append(store::Batch& batch, ByteView payload, const AppendOptions& options);

  const std::shared_ptr<store::Store>& store() const { return store_; }
  const store::StreamPtr& stream() const { return stream_; }
  LogState& state() { return *state_; }

  // --- store::BatchTarget ---
  const std::shared_ptr<store::Store>& batch_store() const override { return store_; }
  const store::StreamPtr& batch_stream() const override { return stream_; }
  Status check_item_locked(const store::BatchItem& item) override;
  void begin_settle_locked() override;
  void settle_item_locked(store::BatchItem& item) override;
  void sequence_item_locked(store::CommitPipeline& pipeline, store::BatchItem& item) override;
  void item_sequenced_locked(store::BatchItem& item, uint64_t group) override;

 private:
  Handle(std::shared_ptr<store::Store> store, store::StreamPtr stream, LogState* state)
      : store_(std::move(store)), stream_(std::move(stream)), state_(state) {}

  Status check_open_locked() const;
  std::function<Status()> still_wanted() const;
  Status append_drafts(std::vector<storage::RecordDraft>& drafts, const AppendOptions& options,
                       AppendResult* out);

  std::shared_ptr<store::Store> store_;
  store::StreamPtr stream_;  // keeps state_ alive, also when it is dropped
  LogState* state_;
  bool closed_ = false;  // guarded by the store's mutex
};

Status drop(store::Store& store, std::string_view name);
Result<std::vector<std::string>> list(store::Store& store);  // sorted

}  // namespace weir::log
