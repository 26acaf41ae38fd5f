/* What the C and C++ hosts share. */
#ifndef TESTS_ABI_HOST_H
#define TESTS_ABI_HOST_H

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPECT(condition)                                                     \
  do {                                                                        \
    if (!(condition)) {                                                       \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      exit(1);                                                                \
    }                                                                         \
  } while (0)

/* ISO C has no conversion from an object pointer to a function pointer; POSIX has. */
static inline void host_symbol(void* library, const char* name, void* function) {
  void* found = dlsym(library, name);
  if (found == NULL) {
    fprintf(stderr, "no symbol %s: %s\n", name, dlerror());
    exit(1);
  }
  memcpy(function, &found, sizeof found);
}

/* Whether mimalloc, which came with libweir, owns the memory. */
static inline bool host_is_mimalloc(const void* memory) {
  typedef bool (*in_heap_region)(const void*);
  in_heap_region is_in_heap_region;
  void* mimalloc = dlopen("libmimalloc.so.2", RTLD_NOW | RTLD_NOLOAD);
  EXPECT(mimalloc != NULL);
  host_symbol(mimalloc, "mi_is_in_heap_region", &is_in_heap_region);
  return is_in_heap_region(memory);
}

/* The test can fail: memory that mimalloc gave is recognised. */
static inline void host_check_mimalloc_is_seen(void) {
  typedef void* (*allocate)(size_t);
  typedef void (*release)(void*);
  allocate mi_malloc;
  release mi_free;
  void* mimalloc = dlopen("libmimalloc.so.2", RTLD_NOW | RTLD_NOLOAD);
  EXPECT(mimalloc != NULL);
  host_symbol(mimalloc, "mi_malloc", &mi_malloc);
  host_symbol(mimalloc, "mi_free", &mi_free);
  void* memory = mi_malloc(100);
  EXPECT(host_is_mimalloc(memory));
  mi_free(memory);
}

static inline void host_check_malloc(void) {
  for (size_t size = 1; size < (1 << 22); size *= 7) {
    void* memory = malloc(size);
    EXPECT(memory != NULL);
    EXPECT(!host_is_mimalloc(memory));
    free(memory);
  }
}

/* operator new as it is found from everywhere in the process: _Znwm and its delete. */
static inline void host_check_operator_new(void) {
  typedef void* (*operator_new)(size_t);
  typedef void (*operator_delete)(void*);
  operator_new make;
  operator_delete unmake;
  void* library = dlopen("libstdc++.so.6", RTLD_NOW | RTLD_NOLOAD);
  EXPECT(library != NULL);
  host_symbol(library, "_Znwm", &make);
  host_symbol(library, "_ZdlPv", &unmake);
  void* memory = make(1000);
  EXPECT(!host_is_mimalloc(memory));
  unmake(memory);
}

#endif
