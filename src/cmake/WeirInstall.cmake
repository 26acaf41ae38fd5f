# What `cmake --install` puts down: the library, its headers, weir.pc and the CMake package.
if(NOT TARGET weir)
  return()
endif()
include(CMakePackageConfigHelpers)

target_include_directories(weir INTERFACE "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
install(TARGETS weir EXPORT weir-targets
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/weir" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  FILES_MATCHING PATTERN "*.h")

# Filled in at install time, because `cmake --install --prefix` may name another prefix.
foreach(directory LIBDIR INCLUDEDIR)
  string(TOLOWER "weir_pc_${directory}" variable)
  set(${variable} "${CMAKE_INSTALL_${directory}}")
  if(NOT IS_ABSOLUTE "${${variable}}")
    string(PREPEND ${variable} [[${prefix}/]])
  endif()
endforeach()
install(CODE "
  set(weir_pc_libdir [[${weir_pc_libdir}]])
  set(weir_pc_includedir [[${weir_pc_includedir}]])
  set(PROJECT_DESCRIPTION [[${PROJECT_DESCRIPTION}]])
  set(PROJECT_VERSION [[${PROJECT_VERSION}]])
  configure_file([[${PROJECT_SOURCE_DIR}/pkgconfig/weir.pc.in]] [[${PROJECT_BINARY_DIR}/weir.pc]]
                 @ONLY)")
install(FILES "${PROJECT_BINARY_DIR}/weir.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

set(package "${CMAKE_INSTALL_LIBDIR}/cmake/weir")
install(EXPORT weir-targets NAMESPACE weir:: DESTINATION "${package}")
configure_package_config_file("${PROJECT_SOURCE_DIR}/src/cmake/weir-config.cmake.in"
  "${PROJECT_BINARY_DIR}/weir-config.cmake" INSTALL_DESTINATION "${package}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/weir-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/weir-config.cmake"
  "${PROJECT_BINARY_DIR}/weir-config-version.cmake" DESTINATION "${package}")
