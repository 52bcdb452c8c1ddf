// server/node_auth.h
//
// Who is at the other end of a stream, and whether its node may be what it
// says it is.
//
// Threads  safe to call from any thread.
// Errors   kPermissionDenied: the node claims to be somebody else.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "translator/node.h"

namespace binnacle::server {

// What is known of the peer when its stream begins.
struct Peer {
  std::string address;  // as gRPC writes it: "ipv4:127.0.0.1:40112"
};

class NodeAuth {
 public:
  virtual ~NodeAuth() = default;

  // Sets node.authenticated.
  virtual absl::Status Admit(const Peer& peer, translator::Node& node) const = 0;
};

// For the plaintext listener: whoever is on this machine is trusted to be the
// proxy it says it is; from elsewhere anybody may ask, but gets no secrets.
class LoopbackNodeAuth final : public NodeAuth {
 public:
  absl::Status Admit(const Peer& peer, translator::Node& node) const override;
};

// "ipv4:127.0.0.1:1", "ipv6:[::1]:1", "unix:/path".
bool IsLoopback(absl::string_view grpc_peer);

}  // namespace binnacle::server
