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

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "envoy/config/core/v3/address.pb.h"
#include "translator/filter_chain.h"
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
absl::Span<const absl::string_view> PlainHttpAlpn(const ProxyClass& proxy);

// A FilterChainMatch. Texts live elsewhere.
struct ConnectionMatch {
  using Words = std::vector<absl::string_view>;

  std::vector<envoy::config::core::v3::CidrRange> prefix_ranges = {};
  uint32_t destination_port = 0;  // 0: any
  absl::string_view transport_protocol = {};
  Words application_protocols = {};
  Words server_names = {};

  void SetAlpn(absl::Span<const absl::string_view> words) {
    application_protocols.assign(words.begin(), words.end());
  }
  std::string Serialized() const;
};

// A host as a server name may be matched: not "*", no '*' but as "*.x".
bool IsServerName(absl::string_view host);

class FilterChains {
 public:
  // Room is made for so many when the first comes.
  explicit FilterChains(size_t expected = 1) : chains_expected_(expected) {
    taken_.reserve(kWaysOfOne * expected);
  }

  // Takes the chain less the server names, address blocks or ALPN words that
  // an earlier chain has taken. False, and nothing is added, if none is left.
  bool Add(ConnectionMatch match, const FilterChain& chain);

  bool empty() const { return bytes_.empty(); }
  // Listener.filter_chains, with tags and lengths.
  const std::string& bytes() const { return bytes_; }
  std::string TakeBytes() && { return std::move(bytes_); }
  // Whether a chain asks what only this inspector can tell.
  bool needs_tls_inspector() const { return needs_tls_inspector_; }
  bool needs_http_inspector() const { return needs_http_inspector_; }

 private:
  template <typename List>
  bool NarrowBy(List ConnectionMatch::*list, ConnectionMatch& match) const;
  bool Narrow(ConnectionMatch& match) const;
  bool IsFree(const ConnectionMatch& match) const;
  // Takes every way in, or none if one is taken already.
  bool Take(const ConnectionMatch& match);
  // False if it is taken already.
  bool TakeWay(absl::string_view way);

  static constexpr size_t kWaysOfOne = 4;

  std::string bytes_;
  size_t chains_expected_;
  // One for each way in, in texts that stay where they are.
  absl::flat_hash_set<absl::string_view> taken_;
  std::vector<std::unique_ptr<char[]>> texts_;
  absl::Span<char> free_;  // in the last of them
  bool needs_tls_inspector_ = false;
  bool needs_http_inspector_ = false;
};

}  // namespace binnacle::translator
