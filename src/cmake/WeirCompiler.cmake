# Language level, build types, hardening, sanitizers and warnings.
#
# weir_build_flags  what every target of ours needs to compile
# weir_warnings     the warnings for code we wrote; generated code does not link to it

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
# Object files go into a shared library and into test programs alike.
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

# NDEBUG reaches third-party headers only: our assertions never look at it (see base/assert.h).
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g -DNDEBUG")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g -DNDEBUG")
# Optimised, because the simulations run here too, and with all assertions.
set(CMAKE_C_FLAGS_SANITIZE "-O1 -g -fno-omit-frame-pointer")
set(CMAKE_CXX_FLAGS_SANITIZE "-O1 -g -fno-omit-frame-pointer")

find_program(WEIR_CCACHE ccache)
if(WEIR_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER "${WEIR_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${WEIR_CCACHE}")
endif()

add_library(weir_build_flags INTERFACE)
target_include_directories(weir_build_flags INTERFACE
  "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/include")
target_compile_options(weir_build_flags INTERFACE -fstack-protector-strong)
target_link_libraries(weir_build_flags INTERFACE Threads::Threads)
if(CMAKE_BUILD_TYPE MATCHES "^(Release|RelWithDebInfo|MinSizeRel)$")
  # Some compilers define it themselves, at another level.
  target_compile_options(weir_build_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
if(CMAKE_BUILD_TYPE MATCHES "^(Debug|Sanitize)$")
  target_compile_definitions(weir_build_flags INTERFACE WEIR_DEBUG_ASSERTS=1)
endif()
if(WEIR_SEEDED_BUGS)
  target_compile_definitions(weir_build_flags INTERFACE WEIR_SEEDED_BUGS=1)
endif()
if(WEIR_SANITIZE)
  target_compile_options(weir_build_flags INTERFACE
    "-fsanitize=${WEIR_SANITIZE}" -fno-sanitize-recover=all)
  target_link_options(weir_build_flags INTERFACE "-fsanitize=${WEIR_SANITIZE}")
  target_compile_definitions(weir_build_flags INTERFACE WEIR_SANITIZED=1)
endif()

add_library(weir_warnings INTERFACE)
target_compile_options(weir_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wswitch-enum -Wundef
  $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast>
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
  # The public header marks pointers with clang's own words, behind macros.
  $<$<COMPILE_LANG_AND_ID:C,Clang>:-Wno-nullability-extension>
  $<$<COMPILE_LANG_AND_ID:CXX,Clang>:-Wno-nullability-extension>
  $<$<COMPILE_LANG_AND_ID:CXX,Clang>:-Wthread-safety>
  $<$<COMPILE_LANG_AND_ID:CXX,Clang>:-Wthread-safety-beta>)
if(WEIR_WERROR)
  target_compile_options(weir_warnings INTERFACE -Werror)
endif()
