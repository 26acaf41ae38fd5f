// The process that is killed. Producers and consumers work on one store until the end comes; what they are about to do
// and what was confirmed goes to standard output, an event at a time.
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "tests/crash/session.h"

namespace weir::crash {
namespace {

class Writer {
 public:
  explicit Writer(const Arguments& arguments) : arguments_(arguments) {}
  int run();

 private:
  void produce(int producer);
  void step(int producer, uint64_t random);
  void push_one(int queue, uint32_t durability, uint64_t random);
  void push_many(int queue, uint32_t durability, uint64_t count);
  void push_atomic(uint64_t random);
  void consume(int queue, uint64_t random);
  Event next_push(int producer, int queue, std::vector<uint8_t>* bytes);
  void conclude(std::vector<Event>& events, weir_status status, uint32_t level);
  uint8_t claimed(uint32_t level) const {
    return static_cast<uint8_t>(arguments_.claim_sync ? WEIR_DURABILITY_SYNC : level);
  }
  uint32_t asked(uint32_t durability) const {
    return arguments_.claim_sync ? WEIR_DURABILITY_ASYNC : durability;
  }
  void emit(const Event* events, size_t count);
  void emit(const Event& event) { emit(&event, 1); }

  const Arguments arguments_;
  State state_;
  Session session_;
  std::mutex output_;
  std::atomic<bool> stopped_{false};
  uint64_t order_[kQueueCount] = {};
  std::atomic<uint64_t> next_group_{1};  // producers share it
};

void Writer::emit(const Event* events, size_t count) {
  const std::lock_guard<std::mutex> lock(output_);
  const auto* at = reinterpret_cast<const char*>(events);
  size_t left = count * sizeof(Event);
  while (left != 0) {
    const ssize_t written = write(STDOUT_FILENO, at, left);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) _exit(70);
    at += written;
    left -= static_cast<size_t>(written);
  }
}

Event Writer::next_push(int producer, int queue, std::vector<uint8_t>* bytes) {
  Event event;
  event.kind = EventKind::kTry;
  event.queue = static_cast<uint8_t>(queue);
  event.producer = static_cast<uint8_t>(producer);
  event.sequence = state_.next_sequence[queue]++;
  event.order = ++order_[producer];
  *bytes = message_of(arguments_.messages, queue, event.sequence);
  event.length = static_cast<uint32_t>(bytes->size());
  event.hash = hash_of(*bytes);
  return event;
}

// Says how the call that the events belong to has ended.
void Writer::conclude(std::vector<Event>& events, weir_status status, uint32_t level) {
  for (Event& event : events) {
    const bool ack = event.kind == EventKind::kAckTry;
    if (status == WEIR_OK) {
      event.kind = ack ? EventKind::kAckDone : EventKind::kDone;
    } else if (status == WEIR_E_FAILED) {
      event.kind = EventKind::kStopped;
      stopped_ = true;
    } else {
      event.kind = EventKind::kRefused;
    }
    event.level = claimed(level);
  }
  emit(events.data(), events.size());
  if (status != WEIR_OK && status != WEIR_E_FAILED) usleep(1000);
}

void Writer::push_one(int queue, uint32_t durability, uint64_t) {
  std::vector<uint8_t> bytes;
  std::vector<Event> events{next_push(queue, queue, &bytes)};
  emit(events[0]);
  weir_push_options options;
  weir_push_options_init(&options, sizeof options);
  options.durability = asked(durability);
  weir_push_result result{};
  result.struct_size = sizeof result;
  const weir_status status = weir_queue_push(session_.queue(queue), bytes.data(), bytes.size(),
                                             &options, &result, nullptr);
  events[0].id = result.id;
  conclude(events, status, result.level);
}

void Writer::push_many(int queue, uint32_t durability, uint64_t count) {
  std::vector<Event> events;
  std::vector<uint8_t> all;
  std::vector<uint32_t> sizes;
  const uint64_t group = next_group_++ * kQueueCount + static_cast<uint64_t>(queue);
  for (uint64_t i = 0; i < count; ++i) {
    std::vector<uint8_t> bytes;
    events.push_back(next_push(queue, queue, &bytes));
    events.back().group = group;
    all.insert(all.end(), bytes.begin(), bytes.end());
    sizes.push_back(static_cast<uint32_t>(bytes.size()));
  }
  emit(events.data(), events.size());
  weir_push_options options;
  weir_push_options_init(&options, sizeof options);
  options.durability = asked(durability);
  weir_push_result result{};
  result.struct_size = sizeof result;
  const weir_status status =
      weir_queue_push_many(session_.queue(queue), all.data(), all.size(), sizes.data(),
                           sizes.size(), &options, &result, nullptr);
  for (size_t i = 0; i < events.size(); ++i) events[i].id = result.id + i;
  conclude(events, status, result.level);
}

// Takes a message of queue 3 and moves it on, as a pipeline does: its acknowledgement and two pushes commit together.
void Writer::push_atomic(uint64_t random) {
  weir_batch* batch = nullptr;
  if (weir_batch_create(session_.store(), &batch, nullptr) != WEIR_OK) return;
  std::vector<Event> events;
  const uint64_t group = next_group_++ * kQueueCount + 3;
  for (const int queue : {3, 4, 3}) {
    std::vector<uint8_t> bytes;
    events.push_back(next_push(3, queue, &bytes));
    weir_batch_push(batch, session_.queue(queue), bytes.data(), bytes.size(), nullptr, nullptr);
  }
  weir_message* taken = nullptr;
  if ((random & 1) != 0 && weir_queue_pop(session_.queue(3), nullptr, &taken, nullptr) == WEIR_OK) {
    Event ack;
    ack.kind = EventKind::kAckTry;
    int queue = 0;
    if (!read_key(bytes_of(taken), &queue, &ack.sequence)) _exit(71);
    ack.queue = 3;
    ack.id = weir_message_id(taken);
    weir_batch_ack(batch, session_.queue(3), ack.id, nullptr);
    events.push_back(ack);
    weir_message_free(taken);
  }
  for (Event& event : events) event.group = group;
  emit(events.data(), events.size());
  uint32_t level = 0;
  const uint32_t durability = (random & 2) != 0 ? WEIR_DURABILITY_ASYNC : WEIR_DURABILITY_SYNC;
  const weir_status status =
      weir_store_commit(session_.store(), batch, asked(durability), 0, &level, nullptr);
  for (size_t i = 0; i < 3; ++i) events[i].id = weir_batch_id_at(batch, i);
  weir_batch_free(batch);
  conclude(events, status, level);
}

void Writer::consume(int queue, uint64_t random) {
  weir_pop_options options;
  weir_pop_options_init(&options, sizeof options);
  options.timeout_ms = arguments_.single ? 0 : 20;
  weir_messages* taken = nullptr;
  const weir_status status =
      weir_queue_pop_many(session_.queue(queue), 1 + random % 8, &options, &taken, nullptr);
  if (status == WEIR_E_FAILED) stopped_ = true;
  if (status != WEIR_OK) return;
  const MessagesPtr owner(taken);
  std::vector<Event> events;
  std::vector<uint64_t> ids;
  for (size_t i = 0; i < weir_messages_count(taken); ++i) {
    const weir_message* message = weir_messages_at(taken, i);
    Event event;
    event.kind = EventKind::kTaken;
    int key_queue = -1;
    read_key(bytes_of(message), &key_queue, &event.sequence);
    event.queue = static_cast<uint8_t>(queue);
    event.id = weir_message_id(message);
    event.length = static_cast<uint32_t>(weir_message_size(message));
    event.hash = hash_of(bytes_of(message));
    events.push_back(event);
    emit(event);
  }
  // A few stay in flight: acknowledged holes around them, redelivery after the kill.
  std::erase_if(events, [&](const Event& event) { return mix(event.id ^ random) % 16 == 0; });
  if (events.empty()) return;
  for (Event& event : events) {
    event.kind = EventKind::kAckTry;
    ids.push_back(event.id);
  }
  emit(events.data(), events.size());
  uint32_t level = 0;
  uint64_t count = 0;
  const uint32_t durability = (random & 256) != 0 ? WEIR_DURABILITY_ASYNC : WEIR_DURABILITY_SYNC;
  const weir_status acked = weir_queue_ack_many(session_.queue(queue), ids.data(), ids.size(),
                                                asked(durability), &count, &level, nullptr);
  if (acked == WEIR_OK && count != ids.size()) _exit(72);
  conclude(events, acked, level);
}

// Thread i: 0 SYNC singles, 1 SYNC batches, 2 ASYNC, 3 atomic batches; 4 and up: consumers.
void Writer::step(int thread, uint64_t random) {
  switch (thread) {
    case 0:
      return push_one(0, WEIR_DURABILITY_SYNC, random);
    case 1:
      return push_many(1, WEIR_DURABILITY_SYNC, 1 + random % 24);
    case 2:
      return push_one(2, WEIR_DURABILITY_ASYNC, random);
    case 3:
      return push_atomic(random);
    case 4:
      return consume(static_cast<int>(random % 3), random >> 2);
    default:
      weir_store_checkpoint(session_.store(), nullptr);
      if (!arguments_.single) usleep(static_cast<useconds_t>(random % 10'000));
  }
}

void Writer::produce(int thread) {
  uint64_t random = mix(arguments_.seed * 16 + static_cast<uint64_t>(thread));
  for (uint64_t i = 0; i < arguments_.count && !stopped_; ++i) {
    random = mix(random);
    step(thread, random);
  }
}

int Writer::run() {
  if (!arguments_.state.empty()) state_.load(arguments_.state.c_str());
  if (!session_.open(arguments_)) {
    fprintf(stderr, "open: %s\n", session_.error().message);
    return session_.error().status == WEIR_E_CORRUPT ? 3 : 2;
  }
  weir_store_statistics statistics{};
  statistics.struct_size = sizeof statistics;
  weir_store_stats(session_.store(), &statistics, nullptr);
  Event info;
  info.order = statistics.async_loss_records_max;
  info.id = statistics.async_loss_bytes_max;
  emit(info);
  std::vector<int> threads;
  const std::string& mode = arguments_.mode;
  if (mode == "sync" || mode == "mixed") threads.push_back(0);
  if (mode == "batch" || mode == "mixed") threads.push_back(1);
  if (mode == "async" || mode == "mixed") threads.push_back(2);
  if (mode == "atomic" || mode == "mixed") threads.push_back(3);
  if (mode != "atomic") threads.push_back(4);
  if (arguments_.checkpoints) threads.push_back(5);
  if (arguments_.single) {
    uint64_t random = mix(arguments_.seed);
    for (uint64_t i = 0; i < arguments_.count && !stopped_; ++i) {
      random = mix(random);
      for (const int thread : threads) step(thread, random);
    }
  } else {
    std::vector<std::thread> running;
    running.reserve(threads.size());
    for (const int thread : threads) running.emplace_back([this, thread] { produce(thread); });
    for (std::thread& thread : running) thread.join();
  }
  return session_.close() == WEIR_OK ? 0 : 4;
}

}  // namespace
}  // namespace weir::crash

int main(int argc, char** argv) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // nothing stays behind when the test is stopped
  return weir::crash::Writer(weir::crash::Arguments::parse(argc, argv)).run();
}
