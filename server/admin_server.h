// server/admin_server.h
//
// The admin HTTP server: health, metrics, and what binnaclectl asks.
//
//   /healthz /readyz /metrics /debug/version /debug/sources
//   /debug/findings
//   /debug/objects?kind=&namespace=&name=
//   /debug/refusals
//   /debug/proxies
//   /debug/tls-check?proxy=NAME&host=HOST
//   /debug/ca /debug/ca/root /debug/ca/issued
//   /debug/proxy-config/{clusters|listeners|routes|endpoints}?proxy=NAME[&origins=1]
//
// It has no authentication of its own, so it listens on loopback only, and
// answers only requests addressed to loopback: a web page elsewhere cannot make
// a browser read it under another name.
//
// Threads  Start() and Stop() from one thread; a few of its own answer.
// Errors   Start(): kInvalidArgument (not an address, not loopback),
//          kUnavailable (the address cannot be had).
// Spec     design section 4.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/mesh_authority.h"
#include "server/mesh_owner.h"
#include "server/metrics.h"
#include "server/push_hub.h"
#include "server/translation_pool.h"
#include "translator/translator.h"

namespace binnacle::server {

// What it tells about; all of it outlives it.
struct AdminParts {
  PushHub& hub;
  MeshOwner& owner;
  Metrics& metrics;
  const TranslationPool& pool;
  translator::Translator& translator;
  const MeshAuthority* authority = nullptr;  // nullptr: there is none
  std::string admin_socket{};                // its path; empty: there is none
};

class AdminServer {
 public:
  explicit AdminServer(const AdminParts& parts);
  ~AdminServer();

  // `address` is "host:port"; port 0 takes a free one. Returns what was bound.
  absl::StatusOr<std::string> Start(const std::string& address);
  void Stop();

 private:
  class Http;

  std::unique_ptr<Http> http_;
};

}  // namespace binnacle::server
