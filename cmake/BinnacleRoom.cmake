# How a room, a program and a test are declared.
#
#   binnacle_room(policy
#     SOURCES object.cc object.h
#     PUBLIC  binnacle::proto absl::status      # in our headers
#     PRIVATE binnacle::libyaml)                # in our .cc only
#   -> library binnacle_policy, alias binnacle::policy
#
#   binnacle_program(binnaclectl SOURCES main.cc LIBS binnacle::ctl CLI11::CLI11)
#
#   binnacle_test(policy_object_test
#     SOURCES object_test.cc
#     LIBS    binnacle::policy)
#   -> a Catch2 program known to ctest by that name. THREADS: it is about what
#      several threads do at once; target thread_tests builds all such, and
#      ctest -L threads runs them, best under the thread sanitizer
#
# Includes are written from the root of the repository: "policy/object.h".

function(binnacle_own_code target)
  target_include_directories(${target} PUBLIC "${PROJECT_SOURCE_DIR}")
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Werror)
  if(BINNACLE_PRECOMPILED)
    target_precompile_headers(${target} REUSE_FROM binnacle_precompiled_${BINNACLE_PRECOMPILED})
    if(BINNACLE_PRECOMPILED MATCHES "^server")
      target_compile_definitions(${target} PRIVATE
        $<TARGET_PROPERTY:spdlog::spdlog,INTERFACE_COMPILE_DEFINITIONS>)
    endif()
  endif()
  # GCC 12 warns of std::string itself (its bug 105651 and relatives), and the
  # sanitizers' own code confuses its search for uninitialised variables.
  target_compile_options(${target} PRIVATE
    -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
  if(BINNACLE_SANITIZE)
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized)
  endif()
endfunction()

function(binnacle_room name)
  cmake_parse_arguments(PARSE_ARGV 1 room "" "" "SOURCES;PUBLIC;PRIVATE")
  if(room_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "binnacle_room(${name}): what is "
      "'${room_UNPARSED_ARGUMENTS}'? SOURCES, PUBLIC and PRIVATE are known")
  endif()
  add_library(binnacle_${name} STATIC ${room_SOURCES})
  add_library(binnacle::${name} ALIAS binnacle_${name})
  binnacle_own_code(binnacle_${name})
  if(BINNACLE_FUZZ)
    # Calls tests/fuzz/coverage.cc.
    target_compile_options(binnacle_${name} PRIVATE -fsanitize-coverage=trace-pc)
  endif()
  target_link_libraries(binnacle_${name}
    PUBLIC ${room_PUBLIC} PRIVATE ${room_PRIVATE})
endfunction()

function(binnacle_program name)
  cmake_parse_arguments(PARSE_ARGV 1 program "" "" "SOURCES;LIBS")
  add_executable(${name} ${program_SOURCES})
  binnacle_own_code(${name})
  target_link_libraries(${name} PRIVATE ${program_LIBS})
endfunction()

# Catch2's main() takes long to compile, so it is compiled once for all tests.
file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/catch2_main.cc" CONTENT
"#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
")
add_library(binnacle_catch2_main OBJECT EXCLUDE_FROM_ALL
  "${CMAKE_CURRENT_BINARY_DIR}/catch2_main.cc")
target_link_libraries(binnacle_catch2_main PUBLIC Catch2::Catch2)
add_library(binnacle::catch2_main ALIAS binnacle_catch2_main)

# The thread sanitizer is told of Abseil's locks.
if(BINNACLE_SANITIZE STREQUAL "thread")
  target_sources(binnacle_catch2_main PRIVATE
    "${PROJECT_SOURCE_DIR}/tests/tsan/absl_happens_before.cc")
  target_link_libraries(binnacle_catch2_main PUBLIC absl::synchronization ${CMAKE_DL_LIBS})
endif()

# Tests run once and compile often: they are not optimised, what they test is.
# BINNACLE_TEST_OPTIONS is for their precompiled headers too.
set(BINNACLE_TEST_OPTIONS $<$<CONFIG:RelWithDebInfo>:-O0>)

add_custom_target(thread_tests)
function(binnacle_test name)
  cmake_parse_arguments(PARSE_ARGV 1 test "THREADS" "TIMEOUT" "SOURCES;LIBS")
  if(NOT test_TIMEOUT)
    set(test_TIMEOUT 120)
  endif()
  if(BINNACLE_SANITIZE)
    math(EXPR test_TIMEOUT "4 * ${test_TIMEOUT}")
  endif()
  add_executable(${name} ${test_SOURCES})
  binnacle_own_code(${name})
  target_compile_options(${name} PRIVATE ${BINNACLE_TEST_OPTIONS})
  target_link_libraries(${name} PRIVATE binnacle::catch2_main ${test_LIBS})
  # Tests are not programs to hand out: they stay beside their objects.
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  add_test(NAME ${name} COMMAND ${name})
  # Test data is named from the root of the repository.
  set_tests_properties(${name} PROPERTIES
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}" TIMEOUT ${test_TIMEOUT}
    ENVIRONMENT "UBSAN_OPTIONS=print_stacktrace=1;TSAN_OPTIONS=suppressions=tests/tsan/suppressions.txt")
  if(test_THREADS)
    set_tests_properties(${name} PROPERTIES LABELS threads)
    add_dependencies(thread_tests ${name})
  endif()
endfunction()

# binnacle_protos(NAME PROTOS proto/policy/gateway.proto ... [GRPC x.proto ...]):
# library binnacle_NAME, alias binnacle::NAME, from .proto files named from the
# root of the repository; headers are "proto/policy/gateway.pb.h". Files after
# GRPC get service stubs too.
function(binnacle_protos name)
  cmake_parse_arguments(PARSE_ARGV 1 lib "" "" "PROTOS;GRPC")
  set(out "${CMAKE_BINARY_DIR}/gen")
  file(MAKE_DIRECTORY "${out}")
  set(generated "")
  foreach(proto IN LISTS lib_PROTOS lib_GRPC)
    string(REGEX REPLACE "\\.proto$" "" stem "${proto}")
    set(outputs "${out}/${stem}.pb.cc" "${out}/${stem}.pb.h")
    set(grpc_flags "")
    if(proto IN_LIST lib_GRPC)
      # First, as in the depfile: ninja wants the same output to lead both.
      list(PREPEND outputs "${out}/${stem}.grpc.pb.cc" "${out}/${stem}.grpc.pb.h")
      set(grpc_flags "--grpc_out=${out}"
        "--plugin=protoc-gen-grpc=${GRPC_CPP_PLUGIN}")
    endif()
    string(REPLACE "/" "_" depfile "${stem}")
    add_custom_command(
      OUTPUT ${outputs}
      COMMAND "${PROTOC}" "-I${PROJECT_SOURCE_DIR}" "--cpp_out=${out}"
              ${grpc_flags} "--dependency_out=${out}/${depfile}.d" "${proto}"
      DEPENDS "${PROJECT_SOURCE_DIR}/${proto}"
      DEPFILE "${out}/${depfile}.d"
      WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
      COMMENT "Generating from ${proto}"
      VERBATIM)
    list(APPEND generated ${outputs})
  endforeach()
  if(NOT generated)
    add_library(binnacle_${name} INTERFACE)
    set(scope INTERFACE)
  else()
    add_library(binnacle_${name} STATIC ${generated})
    target_compile_options(binnacle_${name} PRIVATE -w)  # not our code
    if(BINNACLE_SANITIZE MATCHES address)
      target_compile_options(binnacle_${name} PRIVATE -fno-sanitize=all)
    endif()
    set(scope PUBLIC)
  endif()
  add_library(binnacle::${name} ALIAS binnacle_${name})
  target_include_directories(binnacle_${name} SYSTEM ${scope} "${out}")
  target_link_libraries(binnacle_${name} ${scope} binnacle::protobuf)
  if(lib_GRPC)
    target_link_libraries(binnacle_${name} ${scope} binnacle::grpc)
  endif()
endfunction()
