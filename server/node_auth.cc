#include "server/node_auth.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace binnacle::server {

bool IsLoopback(absl::string_view grpc_peer) {
  return absl::StartsWith(grpc_peer, "ipv4:127.") || absl::StartsWith(grpc_peer, "ipv6:[::1]:") ||
         absl::StartsWith(grpc_peer, "ipv6:%5B::1%5D:") || absl::StartsWith(grpc_peer, "unix:") ||
         // IPv4 seen through a socket of both families.
         absl::StartsWith(grpc_peer, "ipv6:[::ffff:127.") ||
         absl::StartsWith(grpc_peer, "ipv6:%5B::ffff:127.");
}

void LoopbackNodeAuth::Identify(std::string address, ca::Credentials, Identified done) const {
  done(Peer{std::move(address), std::nullopt});
}

absl::Status LoopbackNodeAuth::Admit(const Peer& peer, translator::Node& node) const {
  node.authenticated = IsLoopback(peer.address);
  return absl::OkStatus();
}

void CredentialNodeAuth::Identify(std::string address, ca::Credentials credentials,
                                  Identified done) const {
  pool_.Post([this, address = std::move(address), credentials = std::move(credentials),
              done = std::move(done)]() mutable {
    auto caller = authenticator_.Authenticate(credentials);
    if (!caller.ok()) return done(caller.status());
    done(Peer{std::move(address), *std::move(caller)});
  });
}

absl::Status CredentialNodeAuth::Admit(const Peer& peer, translator::Node& node) const {
  if (!peer.caller.has_value()) return absl::UnauthenticatedError("no credential");
  const ca::SpiffeId& id = peer.caller->id;
  for (const std::string& ns : node.claimed_namespaces) {
    if (ns == id.ns()) continue;
    return absl::PermissionDeniedError(absl::StrCat("node \"", node.id, "\" is in namespace ", ns,
                                                    ", its credential is for ", id.ns()));
  }
  if (!node.service_account.empty() && node.service_account != id.service_account()) {
    return absl::PermissionDeniedError(
        absl::StrCat("node \"", node.id, "\" says service account ", node.service_account,
                     ", its credential is for ", id.service_account()));
  }
  node.service_account = id.service_account();
  node.authenticated = true;
  return absl::OkStatus();
}

}  // namespace binnacle::server
