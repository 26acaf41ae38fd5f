// What a World compares: every delivered message, what is ready, and all that is there after a restart.
#include <algorithm>
#include <utility>

#include "tests/sim/history_world.h"

namespace weir::sim {

// Leases that ran out and delays that are over.
void World::expire() {
  const int64_t now = env_->clock().monotonic_ns();
  for (auto& [queue, flight] : in_flight_) {
    std::erase_if(flight, [&](const InFlightMessage& message) {
      return message.lease_until_ns != 0 && message.lease_until_ns <= now;
    });
  }
  std::erase_if(delayed_, [&](const auto& one) { return one.second <= now; });
}

std::vector<Token> World::expected_ready(const std::string& queue) {
  expire();
  std::vector<Token> ready_now;
  const std::vector<InFlightMessage>& flight = in_flight_[queue];
  for (const Token token : model_.content().at(queue).live) {
    const bool busy = std::any_of(flight.begin(), flight.end(),
                                  [&](const auto& one) { return one.token == token; });
    if (!busy && !delayed_.contains(token)) ready_now.push_back(token);
  }
  return ready_now;
}

Token World::check_delivered(const queue::Message& message, const std::string& queue, bool taken,
                             uint64_t* last_id) {
  ++deliveries_;
  std::string why;
  const std::string content_type = message.properties ? message.properties->content_type : "";
  const Token token = model_.recognise(message.payload, content_type, &why);
  if (token == 0 || model_.queue_of(token) != queue) {
    ++violations_.wrong_bytes;
    set_problem(text("queue ", queue, ": ", token == 0 ? why : "a message of another queue"));
    return 0;
  }
  const uint32_t before = model_.deliveries(token);
  const uint32_t most = before + model_.lost_deliveries(token) + (taken ? 1 : 0);
  if (taken) ++model_.deliveries(token);
  if (!model_.note_id(token, message.id)) {
    set_problem(text("message ", token, " came under id ", message.id, ", another's"));
  } else if (message.id <= *last_id) {
    set_problem(text("queue ", queue, ": id ", message.id, " behind id ", *last_id));
  } else if (before != 0 && !message.redelivered) {
    set_problem(text("message ", token, " was delivered before and is not marked"));
  } else if (message.delivery_count > most || (taken && message.delivery_count == 0)) {
    set_problem(text("message ", token, ": delivery count ", message.delivery_count, " of ", most));
  }
  *last_id = message.id;
  return problem_.empty() ? token : 0;
}

void World::read_producers(const std::string& queue, queue::Handle& handle, QueueContent* content) {
  for (const uint64_t producer : producers_[queue]) {
    uint64_t sequence = 0;
    const Status status = handle.producer_sequence(producer, &sequence);
    if (status.code() == Code::kNotFound) continue;
    if (judge(status, "producer")) content->producers[producer] = sequence;
  }
}

bool World::read_queue(const std::string& queue, bool pop, QueueContent* content) {
  queue::OpenOptions open;
  open.create = false;
  open.existing_kind = true;
  Result<std::unique_ptr<queue::Handle>> opened = queue::Handle::open(store_, queue, open);
  if (!judge(opened.status(), "open queue")) return false;
  handles_[queue] = opened.take();
  queue::Handle& source = *handles_[queue];
  queue::Statistics statistics;
  if (!judge(source.stats(&statistics), "statistics")) return false;
  content->memory = statistics.kind == queue::Kind::kMemory;
  queue::Messages messages;
  queue::PopOptions options;
  options.bytes_max = UINT64_MAX;
  uint64_t last_id = 0;
  while (problem_.empty()) {
    const Status status =
        pop ? source.pop(1000, options, &messages) : source.peek(1'000'000, UINT64_MAX, &messages);
    if (status.code() == Code::kEmpty) break;
    if (!judge(status, pop ? "pop" : "peek")) return false;
    for (size_t i = 0; i < messages.count(); ++i) {
      const Token token = check_delivered(messages.at(i), queue, pop, &last_id);
      if (token == 0) return false;
      if (!content->live.insert(token).second || token != *content->live.rbegin()) {
        ++violations_.duplicates;
        set_problem(text("queue ", queue, ": message ", token, " out of order"));
      }
      if (pop) in_flight_[queue].push_back({token, messages.at(i).id, 0});
    }
    if (!pop) break;
  }
  if (problem_.empty() && statistics.message_count != content->live.size()) {
    // A message that could not be read ends a look early.
    if (!pop && fault_count() != 0) return false;
    set_problem(text("queue ", queue, " counts ", statistics.message_count, " messages and gives ",
                     uint64_t{content->live.size()}));
  }
  read_producers(queue, source, content);
  return problem_.empty();
}

std::optional<Content> World::read_everything(bool pop) {
  if (!ready()) return std::nullopt;
  Content content;
  const Result<std::vector<std::string>> names = queue::list(*store_);
  for (const std::string& name : names.value()) {
    if (!read_queue(name, pop, &content[name])) return std::nullopt;
  }
  return content;
}

void World::check_restart(Ending ending, bool pop) {
  // Messages with a delay cannot be seen before it is over. After an orderly close they may wait on.
  // Not otherwise: time would let the checkpoint run that follows a recovery, and hide what was not durable.
  if (jumped_ms_ != 0) run_ms(std::exchange(jumped_ms_, 0));
  expire();
  if (!delayed_.empty() && ending == Ending::kClean) return;
  while (!delayed_.empty()) {
    run_ms(1000);
    expire();
  }
  const std::optional<Content> found = read_everything(pop);
  if (!found) {
    if (store_ != nullptr) ending_ = ending;  // a fault was in the way: the next one looks
    return;
  }
  const std::string why = model_.restart(*found, ending, &violations_);
  if (!why.empty()) set_problem(why);
}

void World::check_counts() {
  if (!ready()) return;
  for (const auto& [name, content] : model_.content()) {
    queue::Handle* const source = handle(name);
    queue::Statistics statistics;
    if (source == nullptr || !judge(source->stats(&statistics), "statistics")) return;
    if (statistics.message_count != content.live.size())
      set_problem(text("queue ", name, " counts ", statistics.message_count,
                       " messages instead of ", uint64_t{content.live.size()}));
  }
}

}  // namespace weir::sim
