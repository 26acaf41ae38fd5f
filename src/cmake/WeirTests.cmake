# How tests are declared.
#
# Every test carries a label: `quick` (all of them together take well under three minutes) or `slow`.
# In a GoogleTest program a test is slow when its suite or its name contains "Slow".

include(CMakeParseArguments)

# weir_gtest(NAME weir_base_test LAYER base SOURCES … [LIBRARIES …] [SHARDS n])
#
# One program, run twice: its quick tests in one go, its slow ones in SHARDS parts side by side.
function(weir_gtest)
  cmake_parse_arguments(arg "" "NAME;LAYER;SHARDS" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT arg_SOURCES)
    return()
  endif()
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_include_directories(${arg_NAME} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${arg_NAME} PRIVATE weir_warnings weir_build_flags ${arg_LIBRARIES})
  weir_link_layer(${arg_NAME} ${arg_LAYER})
  target_link_libraries(${arg_NAME} PRIVATE GTest::gmock GTest::gtest GTest::gtest_main)
  # assert() in a test is always a test. What is tested is optimized as it ships; the tests around it compile in half
  # the time without that and with line numbers only.
  target_compile_options(${arg_NAME} PRIVATE -UNDEBUG -O1 -g1)

  add_test(NAME ${arg_NAME} COMMAND ${arg_NAME} --gtest_filter=-*Slow* --gtest_brief=1)
  set_tests_properties(${arg_NAME} PROPERTIES LABELS quick TIMEOUT 300)
  if(NOT arg_SHARDS)
    set(arg_SHARDS 1)
  endif()
  math(EXPR last "${arg_SHARDS} - 1")
  foreach(shard RANGE ${last})
    set(test ${arg_NAME}.slow.${shard})
    add_test(NAME ${test} COMMAND ${arg_NAME} --gtest_filter=*Slow* --gtest_brief=1)
    set_tests_properties(${test} PROPERTIES LABELS slow TIMEOUT 7200
      ENVIRONMENT "GTEST_TOTAL_SHARDS=${arg_SHARDS};GTEST_SHARD_INDEX=${shard}")
  endforeach()
endfunction()

# weir_layer_tests(NAME weir_base_test LAYER base DIRECTORY base): every *_test.cc below DIRECTORY.
function(weir_layer_tests)
  cmake_parse_arguments(arg "" "NAME;LAYER;DIRECTORY;SHARDS" "LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS
    "${CMAKE_CURRENT_SOURCE_DIR}/${arg_DIRECTORY}/*_test.cc")
  weir_gtest(NAME ${arg_NAME} LAYER ${arg_LAYER} SHARDS "${arg_SHARDS}"
    SOURCES ${sources} LIBRARIES weir_sim ${arg_LIBRARIES})
endfunction()

# weir_c_tests(DIRECTORY api): each *_test.c is a program in C11 that uses the shared library only.
function(weir_c_tests)
  cmake_parse_arguments(arg "" "DIRECTORY" "" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${arg_DIRECTORY}/*_test.c")
  if(NOT TARGET weir)
    return()
  endif()
  foreach(source IN LISTS sources)
    get_filename_component(name "${source}" NAME_WE)
    add_executable(weir_${name} "${source}")
    target_link_libraries(weir_${name} PRIVATE weir_warnings weir_build_flags weir)
    target_compile_options(weir_${name} PRIVATE -UNDEBUG)
    add_test(NAME weir_${name} COMMAND weir_${name})
    set_tests_properties(weir_${name} PROPERTIES LABELS quick TIMEOUT 120)
  endforeach()
endfunction()
