// translator/filter_chain_match.h
//
// What makes a connection take one filter chain of a listener and not another.
// Envoy refuses a whole listener when some connection could take two of its
// chains equally, so chains are collected in a FilterChains, which lets none
// in that does.
//
// Threads  plain values.
// Spec     policy facts, sections 4.1, 4.2; Envoy v3 FilterChainMatch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/config/listener/v3/listener_components.pb.h"
#include "translator/proxy_class.h"

namespace binnacle::translator {

inline constexpr absl::string_view kTlsTransport = "tls";
inline constexpr absl::string_view kRawTransport = "raw_buffer";

// ALPN words of mesh mutual TLS: all of them, those that promise HTTP, and
// those that do not.
absl::Span<const absl::string_view> MeshAlpn();
absl::Span<const absl::string_view> MeshHttpAlpn();
absl::Span<const absl::string_view> MeshTcpAlpn();
// What http_inspector calls the plaintext HTTP that this class speaks.
std::vector<absl::string_view> PlainHttpAlpn(const ProxyClass& proxy);

void MatchAlpn(absl::Span<const absl::string_view> words,
               envoy::config::listener::v3::FilterChainMatch& match);

// A host as a server name may be matched: not "*", no '*' but as "*.x".
bool IsServerName(absl::string_view host);

class FilterChains {
 public:
  // Takes the chain less the server names, address blocks or ALPN words that
  // an earlier chain has taken. False, and nothing is added, if none is left.
  bool Add(envoy::config::listener::v3::FilterChain chain);

  bool empty() const { return chains_.empty(); }
  // Whether a chain asks what only this inspector can tell.
  bool needs_tls_inspector() const { return needs_tls_inspector_; }
  bool needs_http_inspector() const { return needs_http_inspector_; }

  void MoveTo(envoy::config::listener::v3::Listener& listener) &&;

 private:
  template <typename GetList>
  bool NarrowBy(GetList list, envoy::config::listener::v3::FilterChainMatch& match) const;
  bool Narrow(envoy::config::listener::v3::FilterChainMatch& match) const;
  bool IsFree(const envoy::config::listener::v3::FilterChainMatch& match) const;
  // Takes every way in, or none if one is taken already.
  bool Take(const envoy::config::listener::v3::FilterChainMatch& match);

  google::protobuf::RepeatedPtrField<envoy::config::listener::v3::FilterChain> chains_;
  absl::flat_hash_set<std::string> taken_;  // one for each way in
  bool needs_tls_inspector_ = false;
  bool needs_http_inspector_ = false;
};

}  // namespace binnacle::translator
