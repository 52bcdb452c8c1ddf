// translator/http_connection_manager.h
//
// The network filter that speaks HTTP: one shape for what a workload receives,
// one for what it sends, one for the edge of the mesh. All give a serialised
// Filter.
//
// Threads  pure.
// Spec     policy facts, sections 3, 4.1, 4.2, 4.4; Envoy v3
//          HttpConnectionManager.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "proto/policy/mesh_config.pb.h"
#include "translator/inbound_routes.h"
#include "translator/message_form.h"
#include "translator/proxy_class.h"

namespace binnacle::translator {

struct HttpConnectionManagerOptions {
  std::string stat_prefix;  // without the final ';'
  std::string route_name;   // fetched over ADS
  bool grpc_web = false;
  bool on_demand_hosts = false;  // those routes have none of their own
};

// The routes are inlined: they never change apart from the listener.
std::string BuildInboundHttp(const policy::v1::MeshConfig& config, const ProxyClass& proxy,
                             absl::string_view stat_prefix, const InboundRouteOptions& routes,
                             bool grpc_web);

std::string BuildOutboundHttp(const policy::v1::MeshConfig& config, const ProxyClass& proxy,
                              const HttpConnectionManagerOptions& options);

// At the edge a port may have a thousand connection managers that differ in
// nothing but two names.
class GatewayHttp {
 public:
  GatewayHttp(const policy::v1::MeshConfig& config, const ProxyClass& proxy);

  std::string Build(const HttpConnectionManagerOptions& options) const;

 private:
  const MessageForm form_;
  const MessageForm form_with_grpc_web_;
};

}  // namespace binnacle::translator
