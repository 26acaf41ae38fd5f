/* A plain C program that is linked with libweir finds its malloc as it was. */
#include <weir/weir.h>

#include "host.h"

int main(void) {
  weir_store* store = NULL;
  weir_queue* queue = NULL;
  weir_message* message = NULL;
  EXPECT(weir_store_open("mem:", NULL, &store, NULL) == WEIR_OK);
  EXPECT(weir_queue_open(store, "frames", NULL, &queue, NULL) == WEIR_OK);
  EXPECT(weir_queue_push(queue, "abc", 3, NULL, NULL, NULL) == WEIR_OK);
  EXPECT(weir_queue_pop(queue, NULL, &message, NULL) == WEIR_OK);
  EXPECT(weir_message_size(message) == 3);
  weir_message_free(message);
  EXPECT(weir_queue_close(queue, NULL) == WEIR_OK);
  EXPECT(weir_store_close(store, NULL) == WEIR_OK);

  host_check_mimalloc_is_seen();
  host_check_malloc();
  /* By its soname: the library that this program is linked with. */
  void* weir = dlopen("libweir.so.0", RTLD_NOW | RTLD_NOLOAD);
  EXPECT(weir != NULL);
  host_check_operator_new(weir);
  printf("malloc and operator new are the host's\n");
  return 0;
}
