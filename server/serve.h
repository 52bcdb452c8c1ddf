// server/serve.h
//
// The whole server, from its options to its end: puts the parts together,
// starts them from the store outwards, and takes them down in reverse.
//
// Threads  call from main(), before any other thread exists.
// Errors   told in the log; the result is the exit code: 0 ended by SIGTERM or
//          SIGINT, 1 refused or failed, 2 options that cannot be used.
#pragma once

#include <string>

namespace binnacle::server {

struct ServeOptions {
  std::string policy_dir;
  std::string mesh_config;  // empty: defaults
  std::string data_dir;     // empty: none
  std::string xds_address = "127.0.0.1:15010";
  std::string admin_address = "127.0.0.1:15014";
  std::string trust_domain;  // empty: MeshConfig's
  std::string log_level = "info";
  std::string log_format = "text";
};

int Serve(const ServeOptions& options);

}  // namespace binnacle::server
