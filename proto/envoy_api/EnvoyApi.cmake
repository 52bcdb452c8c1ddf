# binnacle::envoy_api         the Envoy API; what a program uses of it is linked
# binnacle::envoy_api_whole   all of it: for a program that prints or reads any
#                             message inside an Any, used by our code or not
#
# Both stand for build/envoy_api/libenvoy_api.a, which the project beside this
# file makes, once for all presets.

set(BINNACLE_ENVOY_API_DIR "${PROJECT_SOURCE_DIR}/build/envoy_api")
set(binnacle_envoy_api_archive "${BINNACLE_ENVOY_API_DIR}/libenvoy_api.a")
set(binnacle_envoy_api_stamp "${CMAKE_BINARY_DIR}/envoy_api.stamp")

# flock: two presets may be built at the same time. The stamp is each preset's
# own; when the archive is already there the inner build has nothing to do.
add_custom_command(
  OUTPUT "${binnacle_envoy_api_stamp}"
  BYPRODUCTS "${binnacle_envoy_api_archive}"
  COMMAND "${CMAKE_COMMAND}" -E make_directory "${BINNACLE_ENVOY_API_DIR}"
  COMMAND flock "${BINNACLE_ENVOY_API_DIR}/.lock"
          "${CMAKE_COMMAND}" -G Ninja -S "${CMAKE_CURRENT_LIST_DIR}"
          -B "${BINNACLE_ENVOY_API_DIR}"
          "-DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}" --log-level=WARNING
  COMMAND flock "${BINNACLE_ENVOY_API_DIR}/.lock"
          "${CMAKE_COMMAND}" --build "${BINNACLE_ENVOY_API_DIR}"
  COMMAND "${CMAKE_COMMAND}" -E touch "${binnacle_envoy_api_stamp}"
  DEPENDS "${CMAKE_CURRENT_LIST_DIR}/CMakeLists.txt"
          "${CMAKE_CURRENT_LIST_DIR}/generate_descriptors.py"
          "${PROJECT_SOURCE_DIR}/tools/requirements.txt"
  COMMENT "Building the Envoy API (once for all presets)"
  USES_TERMINAL
  VERBATIM)
add_custom_target(binnacle_envoy_api_build
  DEPENDS "${binnacle_envoy_api_stamp}")

# Imported targets may not name a directory that does not exist yet.
file(MAKE_DIRECTORY "${BINNACLE_ENVOY_API_DIR}/include")

# Imported, so its headers are system headers to whoever includes them.
add_library(binnacle_envoy_api_headers INTERFACE)
target_include_directories(binnacle_envoy_api_headers SYSTEM INTERFACE
  "${BINNACLE_ENVOY_API_DIR}/include")
target_link_libraries(binnacle_envoy_api_headers INTERFACE
  binnacle::grpc binnacle::protobuf)
add_dependencies(binnacle_envoy_api_headers binnacle_envoy_api_build)

add_library(binnacle_envoy_api INTERFACE)
target_link_libraries(binnacle_envoy_api INTERFACE
  "${binnacle_envoy_api_archive}" binnacle_envoy_api_headers)
add_dependencies(binnacle_envoy_api binnacle_envoy_api_build)
add_library(binnacle::envoy_api ALIAS binnacle_envoy_api)

add_library(binnacle_envoy_api_whole INTERFACE)
target_link_libraries(binnacle_envoy_api_whole INTERFACE
  "-Wl,--whole-archive,${binnacle_envoy_api_archive},--no-whole-archive"
  binnacle_envoy_api_headers)
add_dependencies(binnacle_envoy_api_whole binnacle_envoy_api_build)
add_library(binnacle::envoy_api_whole ALIAS binnacle_envoy_api_whole)
