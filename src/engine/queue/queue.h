// The queue engine's face: what the api layer and the tests call. A Handle is one open queue of one store;
// the queue itself (QueueState, state.h) belongs to the store and outlives handles.
//
// Thread class of Handle: shared. shutdown() may race with everything; destruction is the last call.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/queue/message.h"
#include "store/batch.h"

namespace weir::queue {

class QueueState;
struct Waiter;

enum class Kind : uint8_t { kDurable = 0, kMemory = 1 };

inline constexpr size_t kNameBytesMax = 255;
inline constexpr size_t kContentTypeBytesMax = 255;
inline constexpr size_t kHeadersBytesMax = 64 << 10;
inline constexpr uint32_t kQueueCountMax = 65'536;
inline constexpr size_t kManyCountMax = 1'000'000;
inline constexpr int64_t kDurationMsMax = 315'360'000'000;  // ten years
inline constexpr size_t kProducersMax = 1024;

struct OpenOptions {
  Kind kind = Kind::kDurable;
  bool create = true;
  bool existing_kind = false;  // an existing queue of another kind is fine
};

struct PushOptions {
  store::Durability durability = store::Durability::kDefault;
  int64_t timeout_ms = 0;
  std::string_view content_type;
  const std::vector<std::pair<std::string, std::string>>* headers = nullptr;
  uint64_t producer_id = 0;
  uint64_t producer_sequence = 0;
};

struct PushResult {
  store::Level level = store::Level::kMemory;
  uint64_t id = 0;
  uint64_t count = 0;
  uint64_t duplicate_count = 0;
};

struct PopOptions {
  store::Durability durability = store::Durability::kDefault;
  int64_t timeout_ms = 0;
  int64_t lease_ms = 0;
  uint64_t bytes_max = 1 << 20;
  bool acknowledge = false;
};

struct Statistics {
  Kind kind = Kind::kDurable;
  uint64_t message_count = 0;
  uint64_t ready_count = 0;
  uint64_t delayed_count = 0;
  uint64_t in_flight_count = 0;
  uint64_t push_count = 0;
  uint64_t delivery_count = 0;
  uint64_t redelivery_count = 0;
  uint64_t ack_count = 0;
  uint64_t nack_count = 0;
  uint64_t lease_expiry_count = 0;
  uint64_t duplicate_count = 0;
  uint64_t memory_bytes = 0;
  uint64_t disk_bytes = 0;
  uint64_t first_id = 0;
  uint64_t next_id = 0;
};

class Handle : public store::BatchTarget {
 public:
  static Result<std::unique_ptr<Handle>> open(std::shared_ptr<store::Store> store,
                                              std::string_view name, const OpenOptions& options);
  // Messages in flight through this handle become ready again.
  ~Handle() override;

  // kDuplicate when every message had arrived before. `out` is never null here.
  Status push(ByteView payload, const PushOptions& options, PushResult* out);
  Status push_many(ByteView data, std::span<const uint32_t> sizes, const PushOptions& options,
                   PushResult* out);
  // kEmpty, kTimeout, kInterrupted, kClosed. `into` is cleared first and may be used again and again.
  Status pop(size_t count_max, const PopOptions& options, Messages* into);
  Status peek(size_t count_max, uint64_t bytes_max, Messages* into);
  // Ids that are not there are left out; kNotFound when none was.
  Status ack(std::span<const uint64_t> ids, store::Durability durability, uint64_t* out_count,
             store::Level* out_level);
  Status nack(uint64_t id, int64_t delay_ms);
  Status extend(uint64_t id, int64_t lease_ms);
  Status purge(uint64_t* out_count);
  Status producer_sequence(uint64_t producer_id, uint64_t* out_sequence);
  Status stats(Statistics* out);
  void interrupt();
  // Every call in progress and to come returns kClosed.
  void shutdown();

  // Adds to a batch, which must not outlive this handle.
  Status add_push(store::Batch& batch, ByteView payload, const PushOptions& options);
  Status add_ack(store::Batch& batch, uint64_t id);

  const std::shared_ptr<store::Store>& store() const { return store_; }

  // --- store::BatchTarget ---
  const std::shared_ptr<store::Store>& batch_store() const override { return store_; }
  const store::StreamPtr& batch_stream() const override { return stream_; }
  Status check_item_locked(const store::BatchItem& item) override;
  void begin_settle_locked() override;
  void settle_item_locked(store::BatchItem& item) override;
  void sequence_item_locked(store::CommitPipeline& pipeline, store::BatchItem& item) override;
  void item_sequenced_locked(store::BatchItem& item, uint64_t group) override;

 private:
  Handle(std::shared_ptr<store::Store> store, std::shared_ptr<storage::Stream> stream,
         QueueState* state, uint64_t owner)
      : store_(std::move(store)), stream_(std::move(stream)), state_(state), owner_(owner) {}

  Status check_open_locked() const;
  // Asked by a push that waits for room: kClosed and kInterrupted end the wait.
  std::function<Status()> still_wanted_locked() const;
  std::function<Status()> still_wanted() const;
  Status push_drafts(std::vector<storage::RecordDraft>& drafts, const PushOptions& options,
                     PushResult* out);
  // Waits for a message to become ready; any other outcome than ok ends the pop.
  Status wait_ready_locked(Waiter* waiter, int64_t deadline_ns, uint64_t interrupts_seen);
  Status pop_locked(size_t count_max, const PopOptions& options, Messages* into);
  Status take_locked(size_t count_max, const PopOptions& options, Messages* into);
  Status take_one_locked(uint64_t number, const uint8_t* record, storage::Chunk* chunk,
                         const PopOptions& options, int64_t lease_ns, Messages* into);
  Status acknowledge_taken_locked(const Messages& taken, const PopOptions& options);
  Status peek_locked(size_t count_max, uint64_t bytes_max, Messages* into);

  std::shared_ptr<store::Store> store_;
  std::shared_ptr<storage::Stream> stream_;  // keeps state_ alive, also when it is dropped
  QueueState* state_;
  const uint64_t owner_;  // marks what is in flight through this handle
  bool closed_ = false;   // guarded by the store's mutex, as the next
  uint64_t interrupt_count_ = 0;
};

Status drop(store::Store& store, std::string_view name);
Result<std::vector<std::string>> list(store::Store& store);  // sorted

}  // namespace weir::queue
