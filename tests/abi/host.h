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

/* operator new as code inside `weir` finds it, and as the C++ library finds it inside its own
 * functions: in the wrong link order these are two different ones, in some hosts only. */
static inline void host_check_operator_new(void* weir) {
  typedef void* (*operator_new)(size_t);
  typedef void (*operator_delete)(void*);
  typedef char* (*string_create)(void* string, size_t* capacity, size_t old_capacity);
  operator_new make;
  operator_delete unmake;
  string_create create;
  host_symbol(weir, "_Znwm", &make);
  host_symbol(weir, "_ZdlPv", &unmake);
  void* memory = make(1000);
  EXPECT(!host_is_mimalloc(memory));
  unmake(memory);

  /* std::string::_M_create(size_t&, size_t), which does not look at its string. */
  host_symbol(weir, "_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE9_M_createERmm", &create);
  size_t capacity = 1000;
  memory = create(NULL, &capacity, 0);
  EXPECT(!host_is_mimalloc(memory));
  unmake(memory);
}

#endif
