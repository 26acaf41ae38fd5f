/*
 * A host that loads libweir at run time, pushes and pops, and finds its allocators as they were.
 * Built as a plain C program, and again beside C++ that allocates by itself (WEIR_HOST_IS_CXX).
 */
#include <stdint.h>

#include "host.h"

#ifdef WEIR_HOST_IS_CXX
void host_allocate_in_cxx(void);
#endif

typedef int32_t (*store_open)(const char*, const void*, void**, void*);
typedef int32_t (*store_close)(void*, void*);
typedef int32_t (*queue_open)(void*, const char*, const void*, void**, void*);
typedef int32_t (*queue_close)(void*, void*);
typedef int32_t (*queue_push)(void*, const void*, size_t, const void*, void*, void*);
typedef int32_t (*queue_pop)(void*, const void*, void**, void*);
typedef size_t (*message_size)(const void*);
typedef void (*message_free)(void*);

static void use_library(void* weir) {
  store_open open;
  store_close close;
  queue_open open_queue;
  queue_close close_queue;
  queue_push push;
  queue_pop pop;
  message_size size;
  message_free release;
  host_symbol(weir, "weir_store_open", &open);
  host_symbol(weir, "weir_store_close", &close);
  host_symbol(weir, "weir_queue_open", &open_queue);
  host_symbol(weir, "weir_queue_close", &close_queue);
  host_symbol(weir, "weir_queue_push", &push);
  host_symbol(weir, "weir_queue_pop", &pop);
  host_symbol(weir, "weir_message_size", &size);
  host_symbol(weir, "weir_message_free", &release);

  void* store = NULL;
  void* queue = NULL;
  EXPECT(open("mem:", NULL, &store, NULL) == 0);
  EXPECT(open_queue(store, "frames", NULL, &queue, NULL) == 0);
  for (int i = 0; i < 1000; i++) {
    void* message = NULL;
    EXPECT(push(queue, &i, sizeof i, NULL, NULL, NULL) == 0);
    EXPECT(pop(queue, NULL, &message, NULL) == 0);
    EXPECT(size(message) == sizeof i);
    release(message);
  }
  EXPECT(close_queue(queue, NULL) == 0);
  EXPECT(close(store, NULL) == 0);
  /* A failure builds its text with the C++ library's own strings. */
  EXPECT(open("nowhere://x", NULL, &store, NULL) < 0);
}

int main(int argc, char** argv) {
  EXPECT(argc == 2);
  void* before = malloc(100);
  void* weir = dlopen(argv[1], RTLD_NOW);
  if (weir == NULL) fprintf(stderr, "%s\n", dlerror());
  EXPECT(weir != NULL);
  host_check_mimalloc_is_seen();
  host_check_malloc();
  host_check_operator_new(weir);
  use_library(weir);
  host_check_malloc();
  host_check_operator_new(weir);
#ifdef WEIR_HOST_IS_CXX
  host_allocate_in_cxx();
#endif
  free(before);

  /* -z nodelete: the library stays, with what its threads and the child handlers of fork need. */
  EXPECT(dlclose(weir) == 0);
  EXPECT(dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD) != NULL);
  printf("malloc and operator new are the host's\n");
  return 0;
}
