// The judge: another process than the writer, with the writer's events and nothing else to go by. Opens the store, takes
// everything out, compares every byte, and prints one line of JSON.
#include <cstdio>
#include <cstring>
#include <map>
#include <set>

#include "tests/crash/session.h"

namespace weir::crash {
namespace {

struct Known {
  uint64_t id = 0;
  uint32_t length = 0;
  uint64_t hash = 0;
  uint64_t group = 0;
  uint64_t order = 0;
  uint8_t producer = 0;
  bool old = false;  // was in the store before the run
  bool tried = false;
  bool confirmed = false;  // at SYNC
  bool accepted = false;   // at a lower level
  bool refused = false;
  bool taken = false;
  bool ack_tried = false;
  bool ack_confirmed = false;
  uint64_t ack_group = 0;
  bool found = false;

  bool must_be_there() const { return (old || confirmed) && !ack_tried; }
  bool there() const { return found || ack_confirmed; }
  bool missing() const { return tried && !refused && !found && !ack_tried; }
};

struct Figures {
  uint64_t tried = 0, confirmed = 0, accepted = 0, acked = 0, found = 0;
  uint64_t lost = 0;         // confirmed or there before, and gone
  uint64_t wrong = 0;        // bytes, length, id
  uint64_t unknown = 0;      // never tried, or refused
  uint64_t disorder = 0;     // ids or numbers that do not ascend, ids used twice
  uint64_t resurrected = 0;  // there again after a confirmed acknowledgement
  uint64_t holes = 0;        // a lost one before one that is there
  uint64_t torn = 0;         // a part of a batch
  uint64_t unmarked = 0;     // delivered before, not marked as redelivered
  uint64_t miscounted = 0;   // the queue's own count says something else
  uint64_t damages = 0;      // found by weir_store_verify
  uint64_t async_lost = 0, async_loss_max = 0, stopped = 0;
  bool bad() const {
    return lost + wrong + unknown + disorder + resurrected + holes + torn + unmarked + miscounted +
               damages !=
           0;
  }
};

class Verifier {
 public:
  explicit Verifier(const Arguments& arguments) : arguments_(arguments) {}
  int run();

 private:
  bool load();
  void learn(const Event& event);
  void take_all(int queue);
  void take(int queue, const weir_message* message, uint64_t* id_before, uint64_t* number_before);
  void judge_messages();
  void judge_order();
  void judge_groups();
  void check_files();
  void complain(const char* what, int queue, uint64_t sequence, uint64_t id);
  int report();

  const Arguments arguments_;
  State state_;
  State next_;
  Session session_;
  std::map<uint64_t, Known> known_[kQueueCount];
  Figures figures_;
  int complaints_ = 0;
};

void Verifier::complain(const char* what, int queue, uint64_t sequence, uint64_t id) {
  if (complaints_++ < 20) {
    fprintf(stderr, "%s: queue %d, number %llu, id %llu\n", what, queue,
            static_cast<unsigned long long>(sequence), static_cast<unsigned long long>(id));
  }
}

void Verifier::learn(const Event& event) {
  if (event.kind == EventKind::kInfo) {
    figures_.async_loss_max = event.order;
    return;
  }
  Known& known = known_[event.queue][event.sequence];
  switch (event.kind) {
    case EventKind::kTry:
      known.tried = true;
      known.length = event.length;
      known.hash = event.hash;
      known.group = event.group;
      known.order = event.order;
      known.producer = event.producer;
      next_.next_sequence[event.queue] = event.sequence + 1;
      ++figures_.tried;
      break;
    case EventKind::kDone:
      known.id = event.id;
      (event.level == WEIR_DURABILITY_SYNC ? known.confirmed : known.accepted) = true;
      ++(event.level == WEIR_DURABILITY_SYNC ? figures_.confirmed : figures_.accepted);
      // An id that was ever given out is never given out again.
      if (event.id <= next_.id_max[event.queue]) {
        ++figures_.disorder;
        complain("id used again", event.queue, event.sequence, event.id);
      }
      next_.id_max[event.queue] = event.id;
      break;
    case EventKind::kRefused:
      if (known.tried && !known.ack_tried) known.refused = true;
      if (known.ack_tried && !known.ack_confirmed) known.ack_tried = false;
      break;
    case EventKind::kTaken:
      known.taken = true;
      if (known.hash != event.hash) {
        ++figures_.wrong;
        complain("wrong bytes in the writer's hands", event.queue, event.sequence, event.id);
      }
      break;
    case EventKind::kAckTry:
      known.ack_tried = true;
      known.ack_group = event.group;
      break;
    case EventKind::kAckDone:
      known.ack_confirmed = event.level == WEIR_DURABILITY_SYNC;
      ++figures_.acked;
      break;
    case EventKind::kInfo:
    case EventKind::kStopped:
      ++figures_.stopped;
  }
}

bool Verifier::load() {
  state_.load(arguments_.state.c_str());
  next_ = state_;
  next_.live.clear();
  for (const StateEntry& entry : state_.live) {
    Known& known = known_[entry.queue][entry.sequence];
    const std::vector<uint8_t> bytes =
        message_of(arguments_.messages, static_cast<int>(entry.queue), entry.sequence);
    known.id = entry.id;
    known.length = static_cast<uint32_t>(bytes.size());
    known.hash = hash_of(bytes);
    known.old = true;
  }
  FILE* file = fopen(arguments_.events.c_str(), "rbe");
  if (file == nullptr) return false;
  Event event;
  while (fread(&event, sizeof event, 1, file) == 1) learn(event);
  fclose(file);
  return true;
}

void Verifier::take(int queue, const weir_message* message, uint64_t* id_before,
                    uint64_t* number_before) {
  const std::span<const uint8_t> bytes = bytes_of(message);
  const uint64_t id = weir_message_id(message);
  int claimed = -1;
  uint64_t number = 0;
  ++figures_.found;
  if (!read_key(bytes, &claimed, &number) || claimed != queue) {
    ++figures_.wrong;
    return complain("not one of ours", queue, number, id);
  }
  if (id <= *id_before || number <= *number_before) {
    ++figures_.disorder;
    complain("out of order", queue, number, id);
  }
  *id_before = id;
  *number_before = number;
  const auto at = known_[queue].find(number);
  if (at == known_[queue].end() || !(at->second.tried || at->second.old) || at->second.refused) {
    ++figures_.unknown;
    return complain("never tried, or refused", queue, number, id);
  }
  Known& known = at->second;
  const std::vector<uint8_t> expected = message_of(arguments_.messages, queue, number);
  const bool same = bytes.size() == known.length && hash_of(bytes) == known.hash &&
                    bytes.size() == expected.size() &&
                    std::memcmp(bytes.data(), expected.data(), bytes.size()) == 0;
  if (!same || (known.id != 0 && known.id != id)) {
    ++figures_.wrong;
    complain("wrong bytes or id", queue, number, id);
  }
  if (known.ack_confirmed) {
    ++figures_.resurrected;
    complain("there after its acknowledgement was confirmed", queue, number, id);
  }
  if (known.taken && weir_message_redelivered(message) == 0) {
    ++figures_.unmarked;
    complain("redelivered without saying so", queue, number, id);
  }
  known.found = true;
  next_.live.push_back({static_cast<uint64_t>(queue), number, id});
  next_.id_max[queue] = std::max(next_.id_max[queue], id);
}

void Verifier::take_all(int queue) {
  uint64_t id = 0;
  uint64_t number = 0;
  uint64_t count = 0;
  weir_queue_statistics statistics{};
  statistics.struct_size = sizeof statistics;
  weir_queue_stats(session_.queue(queue), &statistics, nullptr);
  while (true) {
    weir_messages* taken = nullptr;
    weir_error error{};
    error.struct_size = sizeof error;
    const weir_status status =
        weir_queue_pop_many(session_.queue(queue), 256, nullptr, &taken, &error);
    if (status == WEIR_EMPTY) break;
    if (status != WEIR_OK) {
      ++figures_.wrong;
      fprintf(stderr, "pop: %s\n", error.message);
      return;
    }
    const MessagesPtr owner(taken);
    count += weir_messages_count(taken);
    for (size_t i = 0; i < weir_messages_count(taken); ++i)
      take(queue, weir_messages_at(taken, i), &id, &number);
  }
  if (count != statistics.message_count || count != statistics.ready_count) {
    ++figures_.miscounted;
    fprintf(stderr, "queue %d says %llu messages, %llu ready, and gave out %llu\n", queue,
            static_cast<unsigned long long>(statistics.message_count),
            static_cast<unsigned long long>(statistics.ready_count),
            static_cast<unsigned long long>(count));
  }
}

void Verifier::judge_messages() {
  for (int queue = 0; queue < kQueueCount; ++queue) {
    for (const auto& [number, known] : known_[queue]) {
      if (known.found) continue;
      if (known.must_be_there()) {
        ++figures_.lost;
        complain("confirmed and lost", queue, number, known.id);
      } else if (known.accepted && !known.ack_tried) {
        ++figures_.async_lost;
      }
    }
  }
}

// What one producer sent is there up to some point, and not behind it.
void Verifier::judge_order() {
  for (int producer = 0; producer < kQueueCount; ++producer) {
    uint64_t last_there = 0;
    uint64_t first_missing = UINT64_MAX;
    for (const auto& queue : known_) {
      for (const auto& [number, known] : queue) {
        if (!known.tried || known.old || known.producer != producer) continue;
        if (known.there()) last_there = std::max(last_there, known.order);
        if (known.missing()) first_missing = std::min(first_missing, known.order);
      }
    }
    if (first_missing < last_there) {
      ++figures_.holes;
      complain("a hole in what one producer sent", producer, first_missing, last_there);
    }
  }
}

void Verifier::judge_groups() {
  struct Group {
    bool there = false;
    bool missing = false;
  };
  std::map<uint64_t, Group> groups;
  for (const auto& queue : known_) {
    for (const auto& [number, known] : queue) {
      if (known.tried && known.group != 0) {
        groups[known.group].there |= known.there();
        groups[known.group].missing |= known.missing();
      }
      if (known.ack_group != 0) {
        groups[known.ack_group].there |= !known.found;  // the acknowledgement had its effect
        groups[known.ack_group].missing |= known.found;
      }
    }
  }
  for (const auto& [number, group] : groups) {
    if (group.there && group.missing) {
      ++figures_.torn;
      complain("a part of a batch", 0, number, 0);
    }
  }
}

void Verifier::check_files() {
  weir_blob* report = nullptr;
  uint64_t count = 0;
  weir_error error{};
  error.struct_size = sizeof error;
  const std::string url = "file:" + arguments_.directory;
  const weir_status status = weir_store_verify(url.c_str(), &report, &count, &error);
  if (status == WEIR_NOT_FOUND && figures_.confirmed == 0) return;  // killed while it was made
  if (status != WEIR_OK) {
    fprintf(stderr, "verify: %d %s\n", status, error.message);
    ++figures_.damages;
  } else if (count != 0) {
    fprintf(stderr, "%.*s\n", static_cast<int>(weir_blob_size(report)),
            static_cast<const char*>(weir_blob_data(report)));
    figures_.damages += count;
  }
  weir_blob_free(report);
}

int Verifier::report() {
  const auto number = [](const char* name, uint64_t value) {
    printf(", \"%s\": %llu", name, static_cast<unsigned long long>(value));
  };
  printf("{\"bad\": %s, \"open_ms\": %.3f", figures_.bad() ? "true" : "false", session_.open_ms());
  number("tried", figures_.tried);
  number("confirmed", figures_.confirmed);
  number("accepted", figures_.accepted);
  number("acked", figures_.acked);
  number("found", figures_.found);
  number("lost", figures_.lost);
  number("wrong", figures_.wrong);
  number("unknown", figures_.unknown);
  number("disorder", figures_.disorder);
  number("resurrected", figures_.resurrected);
  number("holes", figures_.holes);
  number("torn", figures_.torn);
  number("unmarked", figures_.unmarked);
  number("miscounted", figures_.miscounted);
  number("damages", figures_.damages);
  number("async_lost", figures_.async_lost);
  number("async_loss_max", figures_.async_loss_max);
  number("stopped", figures_.stopped);
  printf("}\n");
  return 0;
}

int Verifier::run() {
  if (!load()) return 66;
  check_files();
  if (!session_.open(arguments_)) {
    fprintf(stderr, "open: %s\n", session_.error().message);
    return 2;
  }
  for (int queue = 0; queue < kQueueCount; ++queue) take_all(queue);
  if (session_.close() != WEIR_OK) {
    fprintf(stderr, "close: %s\n", session_.error().message);
    return 4;
  }
  check_files();
  judge_messages();
  judge_order();
  judge_groups();
  if (!arguments_.out.empty() && !next_.save(arguments_.out.c_str())) return 73;
  return report();
}

}  // namespace
}  // namespace weir::crash

int main(int argc, char** argv) {
  return weir::crash::Verifier(weir::crash::Arguments::parse(argc, argv)).run();
}
