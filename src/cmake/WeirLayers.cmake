# One object library per layer, and the functions that put layers together.
#
# A program that links layer L gets the objects of L and of the layers below it, and nothing else:
# a call upwards, or sideways, is an undefined symbol when the tests of L are linked.

# weir_layer(NAME storage LINKS format env base)
#
# Sources are globbed, so that a new file needs no edit of a list which everybody else edits too;
# CONFIGURE_DEPENDS makes the build look again each time. A layer without sources yet is INTERFACE.
function(weir_layer)
  cmake_parse_arguments(arg "" "NAME" "LINKS" ${ARGN})
  set(target weir_${arg_NAME})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cc")
  list(TRANSFORM arg_LINKS PREPEND weir_ OUTPUT_VARIABLE links)
  if(sources)
    add_library(${target} OBJECT ${sources})
    target_link_libraries(${target} PUBLIC weir_build_flags ${links} PRIVATE weir_warnings)
    set(own ${target})
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE weir_build_flags ${links})
    set(own "")
  endif()
  set(closure ${own})
  foreach(link IN LISTS links)
    get_property(below GLOBAL PROPERTY ${link}_closure)
    list(APPEND closure ${below})
  endforeach()
  list(REMOVE_DUPLICATES closure)
  set_property(GLOBAL PROPERTY ${target}_closure "${closure}")
endfunction()

# The object libraries of a layer and of all layers below it; empty when none has sources yet.
function(weir_layer_closure out layer)
  get_property(closure GLOBAL PROPERTY weir_${layer}_closure)
  set(${out} ${closure} PARENT_SCOPE)
endfunction()

# Adds to a layer objects that are built elsewhere (generated code).
function(weir_layer_add_objects layer object_library)
  get_property(closure GLOBAL PROPERTY weir_${layer}_closure)
  list(APPEND closure ${object_library})
  set_property(GLOBAL PROPERTY weir_${layer}_closure "${closure}")
endfunction()

# Links a program with a layer, the layers below it, and what they depend on.
function(weir_link_layer target layer)
  weir_layer_closure(closure ${layer})
  target_link_libraries(${target} PRIVATE weir_${layer} ${closure} weir_dependencies)
endfunction()

function(weir_add_subdirectories_if_present)
  foreach(directory IN LISTS ARGN)
    if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${directory}/CMakeLists.txt")
      add_subdirectory(${directory})
    endif()
  endforeach()
endfunction()
