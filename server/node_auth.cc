#include "server/node_auth.h"

#include "absl/strings/match.h"

namespace binnacle::server {

bool IsLoopback(absl::string_view grpc_peer) {
  return absl::StartsWith(grpc_peer, "ipv4:127.") || absl::StartsWith(grpc_peer, "ipv6:[::1]:") ||
         absl::StartsWith(grpc_peer, "ipv6:%5B::1%5D:") || absl::StartsWith(grpc_peer, "unix:") ||
         // IPv4 seen through a socket of both families.
         absl::StartsWith(grpc_peer, "ipv6:[::ffff:127.") ||
         absl::StartsWith(grpc_peer, "ipv6:%5B::ffff:127.");
}

absl::Status LoopbackNodeAuth::Admit(const Peer& peer, translator::Node& node) const {
  node.authenticated = IsLoopback(peer.address);
  return absl::OkStatus();
}

}  // namespace binnacle::server
