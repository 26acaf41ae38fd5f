/*
 * The C API from C11: the shortest complete program for each kind of store, and every call once.
 * c_api_test DIRECTORY: the directory is there, empty, and ours.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weir/weir.h>

static weir_error err;

#define EXPECT(condition)                                                                       \
  do {                                                                                          \
    if (!(condition)) {                                                                         \
      fprintf(stderr, "%s:%d: not so: %s (%s)\n", __FILE__, __LINE__, #condition, err.message); \
      exit(1);                                                                                  \
    }                                                                                           \
  } while (0)

/* What the README shows, without its checks. */
static void shortest_program(const char* url) {
  weir_store* store = NULL;
  weir_queue* queue = NULL;
  weir_message* message = NULL;
  EXPECT(weir_store_open(url, NULL, &store, &err) == WEIR_OK);
  EXPECT(weir_queue_open(store, "frames", NULL, &queue, &err) == WEIR_OK);
  EXPECT(weir_queue_push(queue, "hello", 5, NULL, NULL, &err) == WEIR_OK);
  EXPECT(weir_queue_pop(queue, NULL, &message, &err) == WEIR_OK);
  EXPECT(weir_message_size(message) == 5);
  EXPECT(memcmp(weir_message_data(message), "hello", 5) == 0);
  EXPECT(weir_queue_ack(queue, weir_message_id(message), WEIR_DURABILITY_DEFAULT, NULL, &err) ==
         WEIR_OK);
  weir_message_free(message);
  EXPECT(weir_queue_close(queue, &err) == WEIR_OK);
  EXPECT(weir_store_close(store, &err) == WEIR_OK);
}

static void versions(void) {
  EXPECT(weir_version() ==
         WEIR_VERSION_MAJOR * 1000000 + WEIR_VERSION_MINOR * 1000 + WEIR_VERSION_PATCH);
  EXPECT(strcmp(weir_version_string(), "0.1.0") == 0);
  EXPECT(strcmp(weir_status_name(WEIR_E_CORRUPT), "WEIR_E_CORRUPT") == 0);
}

static weir_store* open_with_options(const char* url) {
  weir_store_options options;
  weir_store* store = NULL;
  EXPECT(weir_store_options_init(&options, sizeof options) == WEIR_OK);
  EXPECT(weir_store_options_set(&options, "memory_bytes_max", "8MiB", &err) == WEIR_OK);
  EXPECT(options.memory_bytes_max == 8u << 20);
  EXPECT(weir_store_open(url, &options, &store, &err) == WEIR_OK);
  return store;
}

static weir_queue* open_queue_with_options(weir_store* store) {
  weir_queue_options options;
  weir_queue* queue = NULL;
  EXPECT(weir_queue_options_init(&options, sizeof options) == WEIR_OK);
  EXPECT(weir_queue_options_set(&options, "create", "1", &err) == WEIR_OK);
  EXPECT(weir_queue_open(store, "every call", &options, &queue, &err) == WEIR_OK);
  return queue;
}

static void push_each_way(weir_queue* queue) {
  weir_push_options options;
  weir_push_result result = {.struct_size = sizeof result};
  weir_headers* headers = NULL;
  const uint32_t sizes[] = {1, 0, 2};
  uint64_t sequence = 0;
  EXPECT(weir_headers_create(&headers, &err) == WEIR_OK);
  EXPECT(weir_headers_set(headers, "gone", "x", 1, &err) == WEIR_OK);
  EXPECT(weir_headers_clear(headers, &err) == WEIR_OK);
  EXPECT(weir_headers_set(headers, "path", "a/b", 3, &err) == WEIR_OK);
  EXPECT(weir_push_options_init(&options, sizeof options) == WEIR_OK);
  options.content_type = "text/plain";
  options.headers = headers;
  options.producer_id = 7;
  options.producer_sequence = 1;
  EXPECT(weir_queue_push(queue, "first", 5, &options, &result, &err) == WEIR_OK);
  EXPECT(result.id == 1 && result.count == 1);
  EXPECT(weir_queue_push(queue, "first", 5, &options, &result, &err) == WEIR_DUPLICATE);
  weir_headers_free(headers);
  EXPECT(weir_queue_producer_sequence(queue, 7, &sequence, &err) == WEIR_OK);
  EXPECT(sequence == 1);
  EXPECT(weir_queue_push_many(queue, "abb", 3, sizes, 3, NULL, &result, &err) == WEIR_OK);
  EXPECT(result.id == 2 && result.count == 3);
}

static void look_at_a_message(const weir_message* message) {
  const char* name = NULL;
  const void* value = NULL;
  size_t size = 0;
  EXPECT(weir_message_id(message) == 1);
  EXPECT(weir_message_size(message) == 5);
  EXPECT(memcmp(weir_message_data(message), "first", 5) == 0);
  EXPECT(weir_message_enqueued_at(message) > 0);
  EXPECT(strcmp(weir_message_content_type(message), "text/plain") == 0);
  EXPECT(weir_message_header_count(message) == 1);
  EXPECT(weir_message_header_at(message, 0, &name, &value, &size) == WEIR_OK);
  EXPECT(strcmp(name, "path") == 0 && size == 3);
  EXPECT(weir_message_header_at(message, 1, &name, &value, &size) == WEIR_END);
  EXPECT(weir_message_header(message, "path", &value, &size) == WEIR_OK);
  EXPECT(strcmp((const char*)value, "a/b") == 0);
  EXPECT(weir_message_header(message, "none", &value, &size) == WEIR_NOT_FOUND);
}

static void take_each_way(weir_queue* queue) {
  weir_pop_options options;
  weir_message* message = NULL;
  weir_messages* messages = NULL;
  uint64_t ids[3];
  uint64_t count = 0;
  uint32_t level = 0;
  EXPECT(weir_queue_peek(queue, &message, &err) == WEIR_OK);
  EXPECT(weir_message_delivery_count(message) == 0);
  look_at_a_message(message);
  weir_message_free(message);
  EXPECT(weir_queue_peek_many(queue, 10, 1 << 20, &messages, &err) == WEIR_OK);
  EXPECT(weir_messages_count(messages) == 4);
  weir_messages_free(messages);

  EXPECT(weir_pop_options_init(&options, sizeof options) == WEIR_OK);
  options.lease_ms = 60000;
  EXPECT(weir_queue_pop(queue, &options, &message, &err) == WEIR_OK);
  EXPECT(weir_message_delivery_count(message) == 1 && !weir_message_redelivered(message));
  EXPECT(weir_queue_extend(queue, weir_message_id(message), 120000, &err) == WEIR_OK);
  EXPECT(weir_queue_nack(queue, weir_message_id(message), 0, &err) == WEIR_OK);
  weir_message_free(message);
  options.acknowledge = 1;
  EXPECT(weir_queue_pop(queue, &options, &message, &err) == WEIR_OK);
  EXPECT(weir_message_delivery_count(message) == 2 && weir_message_redelivered(message));
  look_at_a_message(message);
  weir_message_free(message);

  EXPECT(weir_queue_pop_many(queue, 3, NULL, &messages, &err) == WEIR_OK);
  EXPECT(weir_messages_count(messages) == 3);
  for (size_t i = 0; i < 3; i++) ids[i] = weir_message_id(weir_messages_at(messages, i));
  weir_messages_free(messages);
  EXPECT(weir_queue_ack(queue, ids[0], WEIR_DURABILITY_SYNC, &level, &err) == WEIR_OK);
  EXPECT(weir_queue_ack_many(queue, ids, 3, WEIR_DURABILITY_ASYNC, &count, &level, &err) ==
         WEIR_OK);
  EXPECT(count == 2);
  EXPECT(weir_queue_interrupt(queue, &err) == WEIR_OK);
  EXPECT(weir_queue_pop(queue, NULL, &message, &err) == WEIR_EMPTY);
}

static void batch(weir_store* store, weir_queue* queue) {
  weir_batch* changes = NULL;
  weir_message* message = NULL;
  uint32_t level = 0;
  EXPECT(weir_queue_push(queue, "job", 3, NULL, NULL, &err) == WEIR_OK);
  EXPECT(weir_queue_pop(queue, NULL, &message, &err) == WEIR_OK);
  EXPECT(weir_batch_create(store, &changes, &err) == WEIR_OK);
  EXPECT(weir_batch_push(changes, queue, "never", 5, NULL, &err) == WEIR_OK);
  EXPECT(weir_batch_clear(changes, &err) == WEIR_OK);
  EXPECT(weir_batch_ack(changes, queue, weir_message_id(message), &err) == WEIR_OK);
  EXPECT(weir_batch_push(changes, queue, "next", 4, NULL, &err) == WEIR_OK);
  EXPECT(weir_batch_count(changes) == 2);
  EXPECT(weir_store_commit(store, changes, WEIR_DURABILITY_SYNC, 0, &level, &err) == WEIR_OK);
  EXPECT(weir_batch_id_at(changes, 1) == weir_message_id(message) + 1);
  weir_batch_free(changes);
  weir_message_free(message);
}

static void store_calls(weir_store* store, weir_queue* queue) {
  weir_store_statistics of_store = {.struct_size = sizeof of_store};
  weir_queue_statistics of_queue = {.struct_size = sizeof of_queue};
  weir_names* names = NULL;
  uint64_t count = 0;
  EXPECT(weir_store_sync(store, &err) == WEIR_OK);
  EXPECT(weir_store_checkpoint(store, &err) == WEIR_OK);
  EXPECT(weir_store_stats(store, &of_store, &err) == WEIR_OK);
  EXPECT(of_store.queue_count == 1 && of_store.message_count == 1);
  EXPECT(weir_queue_stats(queue, &of_queue, &err) == WEIR_OK);
  EXPECT(of_queue.ready_count == 1 && of_queue.next_id == 7);
  EXPECT(weir_queue_list(store, &names, &err) == WEIR_OK);
  EXPECT(weir_names_count(names) == 1);
  EXPECT(strcmp(weir_names_at(names, 0), "every call") == 0);
  weir_names_free(names);
  EXPECT(weir_queue_purge(queue, &count, &err) == WEIR_OK);
  EXPECT(count == 1);
}

static void every_call(const char* url) {
  weir_store* store = open_with_options(url);
  weir_queue* queue = open_queue_with_options(store);
  push_each_way(queue);
  take_each_way(queue);
  batch(store, queue);
  store_calls(store, queue);
  EXPECT(weir_queue_drop(store, "every call", &err) == WEIR_OK);
  EXPECT(weir_queue_push(queue, "x", 1, NULL, NULL, &err) == WEIR_E_CLOSED);
  EXPECT(weir_queue_close(queue, &err) == WEIR_OK);
  EXPECT(weir_store_close(store, &err) == WEIR_OK);
  EXPECT(weir_store_close(store, &err) == WEIR_E_CLOSED);
}

static void look_at_files(const char* url) {
  weir_blob* json = NULL;
  uint64_t damage = 1;
  EXPECT(weir_store_inspect(url, &json, &err) == WEIR_OK);
  EXPECT(weir_blob_size(json) == strlen((const char*)weir_blob_data(json)));
  weir_blob_free(json);
  EXPECT(weir_store_verify(url, &json, &damage, &err) == WEIR_OK);
  EXPECT(damage == 0);
  weir_blob_free(json);
}

int main(int argc, char** argv) {
  char path[4000];
  EXPECT(argc == 2);
  versions();
  shortest_program("mem:");
  every_call("mem:");
  snprintf(path, sizeof path, "%s/shortest", argv[1]);
  shortest_program(path);
  snprintf(path, sizeof path, "file:%s/every", argv[1]);
  every_call(path);
  look_at_files(path);
  printf("the C API works from C\n");
  return 0;
}
