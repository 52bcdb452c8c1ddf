# Everything Binnacle takes from Debian, as targets. Rooms name these:
#
#   absl::strings, absl::status, absl::flat_hash_map, ...  (Abseil's own names)
#   OpenSSL::SSL, OpenSSL::Crypto
#   nlohmann_json::nlohmann_json   spdlog::spdlog      CLI11::CLI11
#   prometheus-cpp::core           prometheus-cpp::pull
#   binnacle::grpc                 gRPC++ with Protobuf
#   binnacle::protobuf             Protobuf alone
#   binnacle::libyaml  binnacle::re2  binnacle::xxhash  binnacle::httplib
#   binnacle::libjwt   binnacle::curl   SQLite::SQLite3
#   binnacle::catch2_main          Catch2 with its main(); see binnacle_test()
#   binnacle::allocator            takes the place of the C library's malloc
#   benchmark::benchmark           when installed
#
# All are imported, so their headers are system headers and never warn.

find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(absl CONFIG REQUIRED)
find_package(nlohmann_json 3.11 CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(Catch2 2.13 CONFIG REQUIRED)
# No try and catch around each assertion: an exception ends its test case.
target_compile_definitions(Catch2::Catch2 INTERFACE CATCH_CONFIG_FAST_COMPILE)
find_package(benchmark CONFIG QUIET)
find_package(PkgConfig REQUIRED)
find_package(SQLite3 3.40 REQUIRED)

# Debian's Protobuf comes without a CMake configuration of its own, and its
# gRPC's would have it rediscovered; pkg-config knows both.
foreach(module IN ITEMS protobuf>=3.21 grpc++>=1.51 yaml-0.1 re2 libxxhash
        cpp-httplib libjwt libcurl)
  string(REGEX REPLACE "[>=].*|-0.1" "" name "${module}")
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET "${module}")
endforeach()

add_library(binnacle::protobuf ALIAS PkgConfig::protobuf)
add_library(binnacle::libyaml ALIAS PkgConfig::yaml)
add_library(binnacle::re2 ALIAS PkgConfig::re2)
add_library(binnacle::xxhash ALIAS PkgConfig::libxxhash)
add_library(binnacle::libjwt ALIAS PkgConfig::libjwt)
add_library(binnacle::curl ALIAS PkgConfig::libcurl)

add_library(binnacle_grpc INTERFACE)
target_link_libraries(binnacle_grpc INTERFACE PkgConfig::grpc++
  PkgConfig::protobuf Threads::Threads)
add_library(binnacle::grpc ALIAS binnacle_grpc)

add_library(binnacle_httplib INTERFACE)
target_link_libraries(binnacle_httplib INTERFACE PkgConfig::cpp-httplib
  OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
add_library(binnacle::httplib ALIAS binnacle_httplib)

# Sanitizers bring an allocator of their own.
add_library(binnacle_allocator INTERFACE)
if(NOT BINNACLE_SANITIZE)
  find_package(mimalloc CONFIG REQUIRED)
  target_link_libraries(binnacle_allocator INTERFACE mimalloc)
endif()
add_library(binnacle::allocator ALIAS binnacle_allocator)

find_program(PROTOC protoc REQUIRED)
find_program(GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)
