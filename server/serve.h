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
#include <vector>

namespace binnacle::server {

struct ServeOptions {
  std::string policy_dir;
  std::string mesh_config;  // empty: defaults
  std::string data_dir;     // empty: the usual one, if there is an authority
  std::string xds_address = "127.0.0.1:15010";
  std::string secure_address = "0.0.0.0:15012";  // empty: no authority either
  std::string admin_address = "127.0.0.1:15014";
  std::string remote_admin_address;         // empty: orders are taken on the socket alone
  std::vector<std::string> administrators;  // SPIFFE IDs
  std::string trust_domain;                 // empty: MeshConfig's
  std::string push_delay_max = "100ms";
  // The authority.
  std::string namespace_name = "binnacle-system";  // where this server runs
  std::vector<std::string> server_names;           // further names of its own certificate
  std::string ca_dir;                              // plugged-in certificates
  std::string ca_key = "ec-p256";                  // of a root made here
  std::string cert_lifetime = "24h";
  std::string max_cert_lifetime = "2160h";
  double cert_rate = 20;     // certificates per second and identity
  double cert_burst = 1000;  // so many at once before
  std::string token_keys;    // file or URL; empty: only tokens made here
  std::string token_issuer;
  std::vector<std::string> token_audiences = {"istio-ca"};

  std::string log_level = "info";
  std::string log_format = "text";
};

int Serve(const ServeOptions& options);

}  // namespace binnacle::server
