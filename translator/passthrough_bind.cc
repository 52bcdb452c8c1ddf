#include "translator/passthrough_bind.h"

namespace binnacle::translator {

void BindToPassthroughAddress(const ProxyClass& proxy,
                              envoy::config::cluster::v3::Cluster& cluster) {
  auto& source = *cluster.mutable_upstream_bind_config()->mutable_source_address();
  source.set_address(proxy.ipv6_only ? "::6" : "127.0.0.6");
  source.set_port_value(0);
}

}  // namespace binnacle::translator
