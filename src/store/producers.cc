#include "store/producers.h"

#include <algorithm>
#include <array>

namespace weir::store {

namespace {

constexpr size_t kKeyBytes = 9;
constexpr size_t kValueBytes = 16;

std::array<char, kKeyBytes> key_of(uint64_t id) {
  std::array<char, kKeyBytes> key{'p'};
  store_little(reinterpret_cast<uint8_t*>(key.data()) + 1, id);
  return key;
}

}  // namespace

void Producers::restore(std::string_view key, std::string_view value) {
  if (key.size() != kKeyBytes || key[0] != 'p' || value.size() != kValueBytes) return;
  const auto id = load_little<uint64_t>(as_bytes(key).data() + 1);
  if (id == 0) return;
  Producer& producer = producers_.insert(id);
  producer.sequence = load_little<uint64_t>(as_bytes(value).data());
  producer.number = load_little<uint64_t>(as_bytes(value).data() + 8);
}

uint64_t Producers::count_known(uint64_t id, uint64_t sequence, uint64_t count) const {
  if (id == 0) return 0;
  const Producer* producer = producers_.find(id);
  if (producer == nullptr || producer->sequence < sequence) return 0;
  return std::min(count, producer->sequence - sequence + 1);
}

void Producers::forget_oldest(CommitPipeline& pipeline, const StreamPtr& stream) {
  uint64_t oldest = 0;
  uint64_t oldest_number = UINT64_MAX;
  producers_.for_each([&](uint64_t id, const Producer& producer) {
    if (producer.number >= oldest_number) return;
    oldest = id;
    oldest_number = producer.number;
  });
  producers_.erase(oldest);
  const auto key = key_of(oldest);
  pipeline.set_fact(stream, {key.data(), key.size()}, {});
}

void Producers::set(CommitPipeline& pipeline, const StreamPtr& stream, uint64_t id,
                    uint64_t sequence, uint64_t number) {
  if (producers_.find(id) == nullptr && producers_.size() >= kProducersMax)
    forget_oldest(pipeline, stream);
  Producer& producer = producers_.insert(id);
  producer.sequence = sequence;
  producer.number = number;
  char value[kValueBytes];
  store_little(reinterpret_cast<uint8_t*>(value), sequence);
  store_little(reinterpret_cast<uint8_t*>(value) + 8, number);
  const auto key = key_of(id);
  pipeline.set_fact(stream, {key.data(), key.size()}, {value, sizeof value});
}

void Producers::set_group(uint64_t id, uint64_t group) {
  if (Producer* producer = producers_.find(id)) producer->group = group;
}

bool Producers::settle(uint64_t id, uint64_t sequence) {
  if (id == 0) return false;
  uint64_t* highest = settled_.find(id);
  if (highest == nullptr) {
    const Producer* producer = producers_.find(id);
    const uint64_t known = producer == nullptr ? 0 : producer->sequence;
    highest = &settled_.insert(id);
    *highest = known;
  }
  if (sequence <= *highest) return true;
  *highest = sequence;
  return false;
}

}  // namespace weir::store
