// Writes the golden store of the present format: make_golden DIRECTORY. It leaves DIRECTORY/clean, closed in order, and
// DIRECTORY/unclean, as a crash leaves it, each with its dump beside it.
#include <weir/weir.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/golden/store_dump.h"

namespace {

weir_error error{};

void expect_ok(weir_status status, const char* what) {
  if (status == WEIR_OK) return;
  fprintf(stderr, "%s: %s\n", what, error.message);
  exit(1);
}

struct Maker {
  weir_store* store = nullptr;

  weir_queue* open(const char* name, uint32_t kind) const {
    weir_queue_options options;
    weir_queue_options_init(&options, sizeof options);
    options.kind = kind;
    weir_queue* queue = nullptr;
    expect_ok(weir_queue_open(store, name, &options, &queue, &error), "queue");
    return queue;
  }

  static void push(weir_queue* queue, uint64_t from, uint64_t to, size_t size,
                   uint64_t producer = 0) {
    weir_headers* headers = nullptr;
    expect_ok(weir_headers_create(&headers, &error), "headers");
    for (uint64_t i = from; i <= to; ++i) {
      std::string text = "message " + std::to_string(i) + " ";
      while (text.size() < size) text += std::to_string(text.size() * i) + ",";
      text.resize(size);
      weir_push_options options;
      weir_push_options_init(&options, sizeof options);
      options.producer_id = producer;
      options.producer_sequence = producer == 0 ? 0 : i;
      if (i % 3 == 0) {
        expect_ok(weir_headers_set(headers, "number", text.data() + 8, 2, &error), "header");
        expect_ok(weir_headers_set(headers, "empty", nullptr, 0, &error), "header");
        options.content_type = "text/plain; charset=utf-8";
        options.headers = headers;
      }
      expect_ok(weir_queue_push(queue, text.data(), text.size(), &options, nullptr, &error),
                "push");
    }
    weir_headers_free(headers);
  }

  // Takes `count` and acknowledges every second one: holes.
  static void take_some(weir_queue* queue, size_t count) {
    weir_messages* messages = nullptr;
    expect_ok(weir_queue_pop_many(queue, count, nullptr, &messages, &error), "pop");
    for (size_t i = 0; i < weir_messages_count(messages); ++i) {
      const uint64_t id = weir_message_id(weir_messages_at(messages, i));
      if (i % 2 == 0) {
        expect_ok(weir_queue_ack(queue, id, WEIR_DURABILITY_SYNC, nullptr, &error), "ack");
      } else if (i % 5 == 0) {
        expect_ok(weir_queue_nack(queue, id, 315'360'000'000, &error), "nack, ten years");
      } else {
        expect_ok(weir_queue_nack(queue, id, 0, &error), "nack");
      }
    }
    weir_messages_free(messages);
  }

  void before_the_checkpoint(weir_queue* orders, weir_queue* log, weir_queue* memory) const {
    push(orders, 1, 40, 100, 1);
    push(log, 1, 10, 0);
    push(log, 11, 12, 17'000);
    push(memory, 1, 5, 50);
    take_some(orders, 12);
    weir_queue* dropped = open("dropped", WEIR_QUEUE_DURABLE);
    push(dropped, 1, 3, 10);
    expect_ok(weir_queue_close(dropped, &error), "close");
    expect_ok(weir_queue_drop(store, "dropped", &error), "drop");
    expect_ok(weir_store_checkpoint(store, &error), "checkpoint");
  }

  void after_it(weir_queue* orders, weir_queue* log) const {
    push(orders, 41, 55, 200, 1);
    push(orders, 7, 9, 30, 2);
    push(log, 13, 20, 700);
    take_some(log, 5);
    weir_queue* late = open("sp\xc3\xa4t", WEIR_QUEUE_DURABLE);
    weir_batch* batch = nullptr;
    expect_ok(weir_batch_create(store, &batch, &error), "batch");
    expect_ok(weir_batch_push(batch, late, "moved", 5, nullptr, &error), "batch push");
    expect_ok(weir_batch_push(batch, orders, "twin", 4, nullptr, &error), "batch push");
    expect_ok(weir_store_commit(store, batch, WEIR_DURABILITY_SYNC, 0, nullptr, &error), "commit");
    weir_batch_free(batch);
    expect_ok(weir_queue_close(late, &error), "close");
    expect_ok(weir_store_sync(store, &error), "sync");
  }
};

void write_dump(const std::string& directory, const std::string& name) {
  // Looked at in a copy: opening would change the store.
  const std::string copy = directory + "/looked-at";
  std::filesystem::copy(directory + "/" + name, copy, std::filesystem::copy_options::recursive);
  const weir::golden::Dump dump = weir::golden::dump_store(copy, false);
  std::filesystem::remove_all(copy);
  error.message[0] = 0;
  expect_ok(dump.status, dump.message.c_str());
  std::ofstream(directory + "/format-1-" + name + ".dump") << dump.text;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: make_golden DIRECTORY (which does not exist)\n");
    return 64;
  }
  error.struct_size = sizeof error;
  const std::string directory = argv[1];
  std::filesystem::create_directory(directory);
  weir_store_options options;
  weir_store_options_init(&options, sizeof options);
  options.wal_bytes_max = options.memory_bytes_max = 1 << 20;
  Maker maker;
  const std::string url = "file:" + directory + "/clean";
  expect_ok(weir_store_open(url.c_str(), &options, &maker.store, &error), "open");
  weir_queue* const orders = maker.open("orders", WEIR_QUEUE_DURABLE);
  weir_queue* const log = maker.open("log", WEIR_QUEUE_DURABLE);
  weir_queue* const memory = maker.open("memory", WEIR_QUEUE_MEMORY);
  maker.before_the_checkpoint(orders, log, memory);
  maker.after_it(orders, log);
  std::filesystem::copy(directory + "/clean", directory + "/unclean",
                        std::filesystem::copy_options::recursive);
  for (weir_queue* queue : {orders, log, memory})
    expect_ok(weir_queue_close(queue, &error), "close");
  expect_ok(weir_store_close(maker.store, &error), "close");
  for (const char* name : {"clean", "unclean"}) write_dump(directory, name);
  return 0;
}
