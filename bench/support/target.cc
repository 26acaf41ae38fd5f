#include "bench/support/target.h"

#include <cstdio>
#include <cstdlib>

namespace weir::bench {
namespace {

// Bytes that look like data: neither zeros nor noise. Shared by all threads and never changed.
const std::string& payload_bytes() {
  static const std::string bytes = [] {
    std::string text;
    for (uint64_t i = 0; text.size() < (8ULL << 20); ++i) {
      text += "{\"sensor\":" + std::to_string(i % 97) +
              ",\"value\":" + std::to_string(i * 2654435761U % 100000) + "},";
    }
    return text;
  }();
  return bytes;
}

constexpr int64_t kPatient = -1;

}  // namespace

weir_status check(weir_status status, const weir_error& error, const char* what) {
  if (status >= WEIR_OK) return status;
  std::fprintf(stderr, "%s: %s: %s\n", what, weir_status_name(status), error.message);
  std::exit(EXIT_FAILURE);
}

Target::Target(const TargetOptions& options) {
  weir_store_options store_options;
  weir_store_options_init(&store_options, sizeof store_options);
  store_options.memory_bytes_max = options.memory_bytes_max;
  store_options.wal_bytes_max = settings().wal_bytes;
  if (options.throughput) {
    store_options.async_records_max = 1'000'000;
    store_options.async_bytes_max = 16ULL << 20;
  }
  std::string url = "mem:";
  if (options.on_disk) {
    directory_ = std::make_unique<ScratchDirectory>();
    url = "file:" + directory_->path() + "/store";
  }
  weir_error error{};
  check(weir_store_open(url.c_str(), &store_options, &store_, &error), error, "open");
  for (size_t i = 0; i < options.queue_count; ++i) {
    weir_queue* queue = nullptr;
    const std::string name = "queue-" + std::to_string(i);
    check(weir_queue_open(store_, name.c_str(), nullptr, &queue, &error), error, "open queue");
    queues_.push_back(queue);
  }
}

Target::~Target() {
  for (weir_queue* queue : queues_) weir_queue_close(queue, nullptr);
  weir_store_close(store_, nullptr);
}

void Target::push(uint64_t count, uint64_t bytes, uint32_t durability, size_t queue) {
  weir_push_options options;
  weir_push_options_init(&options, sizeof options);
  options.durability = durability;
  options.timeout_ms = kPatient;
  weir_error error{};
  if (count == 1) {
    check(weir_queue_push(queues_[queue], payload_bytes().data(), bytes, &options, nullptr, &error),
          error, "push");
    return;
  }
  thread_local std::vector<uint32_t> sizes;
  sizes.assign(count, static_cast<uint32_t>(bytes));
  check(weir_queue_push_many(queues_[queue], payload_bytes().data(), count * bytes, sizes.data(),
                             count, &options, nullptr, &error),
        error, "push_many");
}

uint64_t Target::pop(uint64_t count, uint32_t durability, int64_t timeout_ms) {
  weir_pop_options options;
  weir_pop_options_init(&options, sizeof options);
  options.durability = durability;
  options.acknowledge = 1;
  options.timeout_ms = timeout_ms;
  weir_error error{};
  if (count == 1) {
    weir_message* message = nullptr;
    const weir_status status =
        check(weir_queue_pop(queue(), &options, &message, &error), error, "pop");
    weir_message_free(message);
    return status == WEIR_OK ? 1 : 0;
  }
  weir_messages* messages = nullptr;
  check(weir_queue_pop_many(queue(), count, &options, &messages, &error), error, "pop_many");
  const uint64_t taken = weir_messages_count(messages);
  weir_messages_free(messages);
  return taken;
}

uint64_t Target::pop_then_ack(uint64_t count, uint32_t durability) {
  weir_error error{};
  weir_messages* messages = nullptr;
  check(weir_queue_pop_many(queue(), count, nullptr, &messages, &error), error, "pop_many");
  thread_local std::vector<uint64_t> ids;
  ids.clear();
  for (size_t i = 0; i < weir_messages_count(messages); ++i) {
    ids.push_back(weir_message_id(weir_messages_at(messages, i)));
  }
  weir_messages_free(messages);
  if (ids.empty()) return 0;
  check(weir_queue_ack_many(queue(), ids.data(), ids.size(), durability, nullptr, nullptr, &error),
        error, "ack_many");
  return ids.size();
}

void Target::purge() {
  weir_error error{};
  for (weir_queue* queue : queues_) {
    check(weir_queue_purge(queue, nullptr, &error), error, "purge");
  }
}

uint64_t Target::waiting() const {
  weir_queue_statistics statistics{};
  statistics.struct_size = sizeof statistics;
  weir_error error{};
  check(weir_queue_stats(queue(), &statistics, &error), error, "queue stats");
  return statistics.message_count;
}

weir_store_statistics Target::statistics() const {
  weir_store_statistics statistics{};
  statistics.struct_size = sizeof statistics;
  weir_error error{};
  check(weir_store_stats(store_, &statistics, &error), error, "stats");
  return statistics;
}

}  // namespace weir::bench
