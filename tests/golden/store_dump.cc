#include "tests/golden/store_dump.h"

#include <cstdint>
#include <sstream>
#include <string_view>

namespace weir::golden {

namespace {

uint64_t hash_of(const void* data, size_t size) {
  uint64_t hash = 0xcbf29ce484222325ull;  // FNV-1a
  for (const char c : std::string_view(static_cast<const char*>(data), size))
    hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3ull;
  return hash;
}

void add_message(const weir_message* message, std::ostream& out) {
  out << "  " << weir_message_id(message) << ": size " << weir_message_size(message) << ", hash "
      << std::hex << hash_of(weir_message_data(message), weir_message_size(message)) << std::dec
      << ", at " << weir_message_enqueued_at(message) << ", deliveries "
      << weir_message_delivery_count(message)
      << (weir_message_redelivered(message) ? ", again" : "") << ", type '"
      << weir_message_content_type(message) << "'";
  for (size_t i = 0; i < weir_message_header_count(message); ++i) {
    const char* name = nullptr;
    const void* value = nullptr;
    size_t size = 0;
    weir_message_header_at(message, i, &name, &value, &size);
    out << ", " << name << "='" << std::string_view(static_cast<const char*>(value), size) << "'";
  }
  out << "\n";
}

weir_status next_problem(weir_queue* queue, size_t readable, weir_error* error) {
  weir_messages* messages = nullptr;
  weir_status status = weir_queue_pop_many(queue, readable + 1, nullptr, &messages, error);
  weir_messages_free(messages);
  if (status == WEIR_OK) {
    status = weir_queue_pop_many(queue, 1, nullptr, &messages, error);
    weir_messages_free(messages);
  }
  return status == WEIR_E_READ_ONLY || status == WEIR_OK ? WEIR_E_CORRUPT : status;
}

weir_status add_queue(weir_store* store, const char* name, std::ostream& out, weir_error* error) {
  weir_queue_options options;
  weir_queue_options_init(&options, sizeof options);
  options.create = 0;
  options.existing_kind = 1;
  weir_queue* queue = nullptr;
  weir_status status = weir_queue_open(store, name, &options, &queue, error);
  if (status != WEIR_OK) return status;
  weir_queue_statistics numbers{};
  numbers.struct_size = sizeof numbers;
  weir_queue_stats(queue, &numbers, nullptr);
  out << "queue '" << name << "' kind " << numbers.kind << ": " << numbers.ready_count << " ready, "
      << numbers.delayed_count << " delayed, first " << numbers.first_id << ", next "
      << numbers.next_id << "\n";
  for (uint64_t producer = 1; producer <= 3; ++producer) {
    uint64_t sequence = 0;
    if (weir_queue_producer_sequence(queue, producer, &sequence, nullptr) == WEIR_OK)
      out << "  producer " << producer << " up to " << sequence << "\n";
  }
  weir_messages* messages = nullptr;
  status = weir_queue_peek_many(queue, 1'000'000, UINT64_MAX, &messages, error);
  const size_t count = weir_messages_count(messages);
  for (size_t i = 0; i < count; ++i) add_message(weir_messages_at(messages, i), out);
  weir_messages_free(messages);
  if (status == WEIR_EMPTY) status = WEIR_OK;
  // A look ends before a message that cannot be read, without saying why: the next pop does.
  if (status == WEIR_OK && count < numbers.ready_count) status = next_problem(queue, count, error);
  weir_queue_close(queue, nullptr);
  return status;
}

}  // namespace

Dump dump_store(const std::string& directory, bool read_only) {
  Dump dump;
  weir_error error{};
  error.struct_size = sizeof error;
  weir_store_options options;
  weir_store_options_init(&options, sizeof options);
  options.create = 0;
  options.read_only = read_only ? 1 : 0;
  options.wal_bytes_max = 1 << 20;
  weir_store* store = nullptr;
  const std::string url = "file:" + directory;
  dump.status = weir_store_open(url.c_str(), &options, &store, &error);
  std::ostringstream out;
  if (dump.status == WEIR_OK) {
    weir_names* names = nullptr;
    dump.status = weir_queue_list(store, &names, &error);
    for (size_t i = 0; i < weir_names_count(names) && dump.status == WEIR_OK; ++i)
      dump.status = add_queue(store, weir_names_at(names, i), out, &error);
    weir_names_free(names);
    const weir_status closed = weir_store_close(store, dump.status == WEIR_OK ? &error : nullptr);
    if (dump.status == WEIR_OK) dump.status = closed;
  }
  dump.text = out.str();
  if (dump.status != WEIR_OK) dump.message = error.message;
  return dump;
}

}  // namespace weir::golden
