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

configure_file("${PROJECT_SOURCE_DIR}/pkgconfig/weir.pc.in" "${PROJECT_BINARY_DIR}/weir.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/weir.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

set(package "${CMAKE_INSTALL_LIBDIR}/cmake/weir")
install(EXPORT weir-targets NAMESPACE weir:: DESTINATION "${package}")
configure_package_config_file("${PROJECT_SOURCE_DIR}/src/cmake/weir-config.cmake.in"
  "${PROJECT_BINARY_DIR}/weir-config.cmake" INSTALL_DESTINATION "${package}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/weir-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/weir-config.cmake"
  "${PROJECT_BINARY_DIR}/weir-config-version.cmake" DESTINATION "${package}")
