// server/node_auth.h
//
// Who is at the other end of a stream, and whether its node may be what it
// says it is.
//
// Threads  safe to call from any thread.
// Errors   kUnauthenticated: no credential, or one that does not hold.
//          kPermissionDenied: the node claims to be somebody else.
// Spec     policy facts, section 4.1 (authenticated streams).
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ca/caller.h"
#include "server/translation_pool.h"
#include "translator/node.h"

namespace binnacle::server {

// What is known of the peer before its first request is read.
struct Peer {
  std::string address;               // as gRPC writes it: "ipv4:127.0.0.1:40112"
  std::optional<ca::Caller> caller;  // who it has proved to be
};

class NodeAuth {
 public:
  using Identified = std::function<void(absl::StatusOr<Peer>)>;

  virtual ~NodeAuth() = default;

  // Calls `done` once, from whatever thread; never blocks.
  virtual void Identify(std::string address, ca::Credentials credentials,
                        Identified done) const = 0;
  // Sets node.authenticated and what the credential says better than the node.
  virtual absl::Status Admit(const Peer& peer, translator::Node& node) const = 0;
};

// For the plaintext listener: whoever is on this machine is trusted to be the
// proxy it says it is; from elsewhere anybody may ask, but gets no secrets.
class LoopbackNodeAuth final : public NodeAuth {
 public:
  void Identify(std::string address, ca::Credentials credentials, Identified done) const override;
  absl::Status Admit(const Peer& peer, translator::Node& node) const override;
};

// For the TLS listener: a proxy is in the namespace and has the service account
// of its certificate (or token), and nobody is let in without.
class CredentialNodeAuth final : public NodeAuth {
 public:
  // Credentials are checked on `pool`. Both outlive it.
  CredentialNodeAuth(const ca::CallerAuthenticator& authenticator, TranslationPool& pool)
      : authenticator_(authenticator), pool_(pool) {}

  void Identify(std::string address, ca::Credentials credentials, Identified done) const override;
  absl::Status Admit(const Peer& peer, translator::Node& node) const override;

 private:
  const ca::CallerAuthenticator& authenticator_;
  TranslationPool& pool_;
};

// "ipv4:127.0.0.1:1", "ipv6:[::1]:1", "unix:/path".
bool IsLoopback(absl::string_view grpc_peer);

}  // namespace binnacle::server
