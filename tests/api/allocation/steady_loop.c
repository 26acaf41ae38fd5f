/* steady_loop COUNT: pushes, pops and acknowledges COUNT messages in memory, for count_calls.py. */
#include <stdio.h>
#include <stdlib.h>
#include <weir/weir.h>

static void check(weir_status status, const weir_error* err) {
  if (status == WEIR_OK) return;
  fprintf(stderr, "%s: %s\n", weir_status_name(status), err->message);
  exit(1);
}

int main(int argc, char** argv) {
  const long count = argc > 1 ? strtol(argv[1], NULL, 10) : 1000;
  const char payload[100] = {0};
  weir_error err = {0};
  weir_store* store = NULL;
  weir_queue* queue = NULL;
  check(weir_store_open("mem:", NULL, &store, &err), &err);
  check(weir_queue_open(store, "frames", NULL, &queue, &err), &err);
  for (long i = 0; i < count; i++) {
    weir_message* message = NULL;
    check(weir_queue_push(queue, payload, sizeof payload, NULL, NULL, &err), &err);
    check(weir_queue_pop(queue, NULL, &message, &err), &err);
    check(weir_queue_ack(queue, weir_message_id(message), WEIR_DURABILITY_DEFAULT, NULL, &err),
          &err);
    weir_message_free(message);
  }
  check(weir_queue_close(queue, &err), &err);
  check(weir_store_close(store, &err), &err);
  return 0;
}
