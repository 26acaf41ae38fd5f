/* What both consumer projects build: the header is found, the library links, and one message travels. */
#include <stdio.h>
#include <string.h>
#include <weir/weir.h>

static int report(const char* what, const weir_error* error) {
  fprintf(stderr, "%s: %s: %s\n", what, weir_status_name(error->status), error->message);
  return 1;
}

int main(void) {
  weir_error error = {0};
  weir_store* store = NULL;
  weir_queue* queue = NULL;
  weir_message* message = NULL;

  if (weir_version() / 1000 != WEIR_VERSION_MAJOR * 1000 + WEIR_VERSION_MINOR) {
    fprintf(stderr, "the header and the library are of different versions\n");
    return 1;
  }
  if (weir_store_open("mem:", NULL, &store, &error) != WEIR_OK) return report("open", &error);
  if (weir_queue_open(store, "consumer", NULL, &queue, &error) != WEIR_OK) {
    return report("queue", &error);
  }
  if (weir_queue_push(queue, "x", 1, NULL, NULL, &error) != WEIR_OK) return report("push", &error);
  if (weir_queue_pop(queue, NULL, &message, &error) != WEIR_OK) return report("pop", &error);
  if (weir_message_size(message) != 1 || memcmp(weir_message_data(message), "x", 1) != 0) {
    fprintf(stderr, "another message came out\n");
    return 1;
  }
  weir_message_free(message);
  weir_queue_close(queue, NULL);
  weir_store_close(store, NULL);
  printf("consumer: weir %s\n", weir_version_string());
  return 0;
}
