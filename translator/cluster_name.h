// translator/cluster_name.h
//
// Names of clusters, as existing proxies, dashboards and filters expect them.
// Spec  policy facts, section 4.1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace binnacle::translator {

// "outbound|80|v1|reviews.default.svc.cluster.local"
std::string OutboundClusterName(uint32_t port, absl::string_view subset, absl::string_view host);
// "outbound_.80_.v1_.reviews.default.svc.cluster.local": also the SNI of mesh
// mutual TLS.
std::string SniDnatClusterName(uint32_t port, absl::string_view subset, absl::string_view host);
// "inbound|8080||"
std::string InboundClusterName(uint32_t port);

struct OutboundName {
  uint32_t port = 0;
  absl::string_view subset;  // into the parsed text
  absl::string_view host;
};
// Reads either outbound form; nullopt for anything else.
std::optional<OutboundName> ParseOutboundClusterName(absl::string_view name);

inline constexpr absl::string_view kBlackHoleCluster = "BlackHoleCluster";
inline constexpr absl::string_view kPassthroughCluster = "PassthroughCluster";
inline constexpr absl::string_view kInboundPassthroughCluster = "InboundPassthroughCluster";

}  // namespace binnacle::translator
