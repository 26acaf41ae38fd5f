// What a queue does in a batch: pushes and acknowledgements.
#include "engine/queue/properties.h"
#include "engine/queue/queue.h"
#include "engine/queue/state.h"

namespace weir::queue {

namespace {

constexpr uint8_t kPush = 1;
constexpr uint8_t kAck = 2;

}  // namespace

Status Handle::add_push(store::Batch& batch, ByteView payload, const PushOptions& options) {
  WEIR_ASSIGN(const std::vector<uint8_t> properties, encode_options(options));
  WEIR_ASSIGN(store::BatchItem* const item, batch.add_record(*this, properties, payload));
  item->verb = kPush;
  item->arguments[0] = options.producer_id;
  item->arguments[1] = options.producer_sequence;
  return {};
}

Status Handle::add_ack(store::Batch& batch, uint64_t id) {
  WEIR_ASSIGN(store::BatchItem* const item, batch.add(*this));
  item->verb = kAck;
  item->removes = true;
  item->id = id;
  return {};
}

Status Handle::check_item_locked(const store::BatchItem& item) {
  WEIR_TRY(check_open_locked());
  if (item.verb == kAck && !state_->may_acknowledge(item.id)) return Code::kNotFound;
  return {};
}

void Handle::begin_settle_locked() { state_->settled.clear(); }

// Of one producer, also within the batch, sequences only rise.
void Handle::settle_item_locked(store::BatchItem& item) {
  if (item.verb != kPush || item.arguments[0] == 0) return;
  const auto [producer_id, sequence] = item.arguments;
  uint64_t* highest = state_->settled.find(producer_id);
  if (highest == nullptr) {
    const Producer* producer = state_->find_producer(producer_id);
    highest = &state_->settled.insert(producer_id);
    *highest = producer == nullptr ? 0 : producer->sequence;
  }
  item.left_out = sequence <= *highest;
  if (item.left_out) {
    ++state_->counted.duplicate_count;
  } else {
    *highest = sequence;
  }
}

void Handle::sequence_item_locked(store::CommitPipeline& pipeline, store::BatchItem& item) {
  if (item.verb == kAck) {
    state_->delivery.remove(item.id);
    state_->forget_count(item.id);
    state_->counted.ack_count += pipeline.mark_dead(stream_, item.id, item.id);
    return;
  }
  item.id = pipeline.append(stream_, item.draft);
  ++state_->counted.push_count;
  if (item.arguments[0] != 0) state_->set_producer(item.arguments[0], item.arguments[1], item.id);
}

void Handle::item_sequenced_locked(store::BatchItem& item, uint64_t group) {
  if (item.verb == kPush && item.arguments[0] != 0)
    state_->set_producer_group(item.arguments[0], group);
}

}  // namespace weir::queue
