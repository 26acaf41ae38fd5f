# Third-party libraries, all shared and all from the distribution.
#
# weir_dependency_base     mimalloc, which only base/heap.cc includes
# weir_dependency_format   Cap'n Proto for format/codec and format/document_codec, zstd for format/compressor
# simdjson                 which only engine/cache/json.cc includes
#
# The C++ library and libc must come before mimalloc in the NEEDED list. The distribution's mimalloc
# also exports malloc and operator new; in the other order those replace the C++ library's inside
# some hosts but not in others, and memory that one allocated reaches the other's free. It is one
# linker argument, so that nothing can reorder its parts, and every dependency target starts with it.

set(weir_cxx_library_first "-Wl,--push-state,--no-as-needed,-lstdc++,-lc,--pop-state")

find_library(WEIR_MIMALLOC mimalloc REQUIRED)
find_path(WEIR_MIMALLOC_INCLUDE mimalloc.h PATH_SUFFIXES mimalloc-2.0 REQUIRED)
find_library(WEIR_CAPNP capnp REQUIRED)
find_library(WEIR_KJ kj REQUIRED)
find_library(WEIR_ZSTD zstd REQUIRED)
# Used inline by engine/buffer/hash.h: nothing to link.
find_path(WEIR_XXHASH_INCLUDE xxhash.h REQUIRED)
find_library(WEIR_SIMDJSON simdjson REQUIRED)
find_program(WEIR_CAPNP_COMPILER capnp REQUIRED)
find_program(WEIR_CAPNP_CXX_PLUGIN capnpc-c++ REQUIRED)

add_library(weir_dependency_base INTERFACE)
target_include_directories(weir_dependency_base SYSTEM INTERFACE "${WEIR_MIMALLOC_INCLUDE}")

add_library(weir_dependency_format INTERFACE)

# Every program and library of ours that holds our objects links these, in this order.
add_library(weir_dependencies INTERFACE)
target_link_libraries(weir_dependencies INTERFACE
  "${weir_cxx_library_first}" "${WEIR_CAPNP}" "${WEIR_KJ}" "${WEIR_ZSTD}" "${WEIR_SIMDJSON}"
  "${WEIR_MIMALLOC}")
