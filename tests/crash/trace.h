// What a writer process tells the outside about itself, and the messages it sends.
//
// An event is written to a pipe with one write(2): before a call that may have an effect (the effect is then
// possible), and after the call has returned (it is then confirmed). The verifier is another process; it judges the
// store by the events alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace weir::crash {

inline constexpr int kQueueCount = 6;

enum class EventKind : uint8_t {
  kInfo = 1,     // the store is open: id = async_loss_bytes_max, order = async_loss_records_max
  kTry = 2,      // a push is about to be made
  kDone = 3,     // it was confirmed with this id and level
  kRefused = 4,  // it returned a status that promises that nothing was added
  kTaken = 5,    // a pop gave this message out
  kAckTry = 6,   // an acknowledgement is about to be made
  kAckDone = 7,  // it was confirmed at this level
  kStopped = 8,  // a call said that the store has stopped; nothing is confirmed after it
};

struct Event {
  EventKind kind = EventKind::kInfo;
  uint8_t queue = 0;
  uint8_t level = 0;     // WEIR_DURABILITY_MEMORY or _SYNC
  uint8_t producer = 0;  // calls of one producer follow one another: `order` counts them
  uint32_t length = 0;
  uint64_t sequence = 0;
  uint64_t id = 0;
  uint64_t group = 0;  // not 0: all with this number commit together
  uint64_t order = 0;
  uint64_t hash = 0;
};
static_assert(sizeof(Event) == 48, "written as it is");

// One message that the verifier found, for the next run.
struct StateEntry {
  uint64_t queue = 0;
  uint64_t sequence = 0;
  uint64_t id = 0;
};

// What is known before a run: what must be in the store, and where numbers go on.
struct State {
  uint64_t next_sequence[kQueueCount] = {1, 1, 1, 1, 1, 1};
  uint64_t id_max[kQueueCount] = {};
  std::vector<StateEntry> live;

  bool load(const char* path);  // false: there is none
  bool save(const char* path) const;
};

uint64_t mix(uint64_t value);
uint64_t hash_of(std::span<const uint8_t> bytes);

// The message `sequence` of a queue: 16 bytes that say which it is, then bytes that follow from them.
std::vector<uint8_t> message_of(uint64_t seed, int queue, uint64_t sequence);
// Reads which message it claims to be. False when it is too short.
bool read_key(std::span<const uint8_t> bytes, int* queue, uint64_t* sequence);

}  // namespace weir::crash
