# Headers that many files include and that change rarely, read by the compiler
# once instead of for each file. They halve the time of a build and nothing else:
# every file still includes what it uses (tools/lint reads it without them).
#
#   set(BINNACLE_PRECOMPILED envoy)   in a folder's CMakeLists.txt
#   -> rooms, programs and tests declared there start from that set:
#
#   plain    the standard library, Abseil
#   policy   and our policy kinds
#   ctl      and JSON
#   envoy    and Envoy's resources
#   server   and gRPC, JSON
#   plain_test, policy_test, envoy_test, server_test   and Catch2
#
# Never a header of our own: it would have everything compiled anew.

function(binnacle_precompiled name)
  cmake_parse_arguments(PARSE_ARGV 1 set "" "" "HEADERS;LIBS")
  set(target binnacle_precompiled_${name})
  file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/${target}.cc" CONTENT "\n")
  add_library(${target} OBJECT EXCLUDE_FROM_ALL "${CMAKE_CURRENT_BINARY_DIR}/${target}.cc")
  target_link_libraries(${target} PRIVATE ${set_LIBS})
  # As in binnacle_own_code(): these change what is predefined, and a compiler
  # takes precompiled headers only where all of that is the same.
  target_compile_options(${target} PRIVATE -Wpedantic)
  if(name MATCHES "_test$")
    target_compile_options(${target} PRIVATE ${BINNACLE_TEST_OPTIONS})
  endif()
  target_precompile_headers(${target} PRIVATE ${set_HEADERS})
endfunction()

function(binnacle_declare_precompiled)
  set(headers
    <algorithm> <array> <atomic> <cstdint> <filesystem> <fstream> <functional> <map>
    <memory> <optional> <set> <sstream> <string> <thread> <tuple> <utility> <vector>
    <absl/algorithm/container.h> <absl/base/thread_annotations.h>
    <absl/container/flat_hash_map.h> <absl/container/flat_hash_set.h>
    <absl/status/status.h> <absl/status/statusor.h>
    <absl/strings/ascii.h> <absl/strings/match.h> <absl/strings/numbers.h>
    <absl/strings/str_cat.h> <absl/strings/str_join.h> <absl/strings/str_split.h>
    <absl/strings/string_view.h> <absl/strings/strip.h>
    <absl/synchronization/mutex.h> <absl/synchronization/notification.h>
    <absl/time/clock.h> <absl/time/time.h> <absl/types/span.h>)
  set(libs absl::flat_hash_map absl::flat_hash_set absl::statusor absl::strings
    absl::synchronization absl::time absl::span)
  set(catch2 <catch2/catch.hpp>)
  binnacle_precompiled(plain HEADERS ${headers} LIBS ${libs})
  # Its tests use gRPC, whose packages define names that Catch2 asks for.
  binnacle_precompiled(plain_test HEADERS ${headers} ${catch2}
    LIBS ${libs} Catch2::Catch2 binnacle::grpc)

  foreach(kind IN ITEMS authn_policy destination_rule gateway kubernetes mesh_config
          mesh_policy peer_authentication service_entry virtual_service workload_entry)
    list(APPEND headers <proto/policy/${kind}.pb.h>)
  endforeach()
  list(APPEND libs binnacle::proto)
  binnacle_precompiled(policy HEADERS ${headers} LIBS ${libs})
  binnacle_precompiled(policy_test HEADERS ${headers} ${catch2} LIBS ${libs} Catch2::Catch2)

  # Without CLI11: a file that has so much as seen it compiles all of it.
  binnacle_precompiled(ctl HEADERS ${headers} <nlohmann/json.hpp>
    LIBS ${libs} nlohmann_json::nlohmann_json)

  list(APPEND headers
    <envoy/config/cluster/v3/cluster.pb.h>
    <envoy/config/endpoint/v3/endpoint.pb.h>
    <envoy/config/listener/v3/listener.pb.h>
    <envoy/config/route/v3/route.pb.h>
    <envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h>
    <envoy/extensions/transport_sockets/tls/v3/tls.pb.h>
    <envoy/service/discovery/v3/discovery.pb.h>)
  list(APPEND libs binnacle::envoy_api)
  binnacle_precompiled(envoy HEADERS ${headers} LIBS ${libs})
  binnacle_precompiled(envoy_test HEADERS ${headers} ${catch2} LIBS ${libs} Catch2::Catch2)

  list(APPEND headers <grpcpp/grpcpp.h> <nlohmann/json.hpp> <spdlog/spdlog.h>)
  list(APPEND libs binnacle::grpc nlohmann_json::nlohmann_json spdlog::spdlog)
  binnacle_precompiled(server HEADERS ${headers} LIBS ${libs})
  binnacle_precompiled(server_test HEADERS ${headers} ${catch2} LIBS ${libs} Catch2::Catch2)
endfunction()
