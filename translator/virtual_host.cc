#include "translator/virtual_host.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "translator/cluster_name.h"
#include "translator/route_match.h"
#include "translator/route_timeout.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::RouteConfiguration;
using envoy::config::route::v3::VirtualHost;

constexpr uint32_t kMaxDirectResponseBytes = 1048576;
constexpr uint32_t kBadGateway = 502;

// "reviews.default.svc.cluster.local" -> "reviews", "reviews.default.svc" and
// "reviews.default" where the client is in `default`; elsewhere without the
// bare name. By the name's shape alone, whichever registry it is from.
void AddShortNames(absl::string_view host, absl::string_view client_ns, absl::string_view domain,
                   VirtualHost& virtual_host) {
  absl::string_view qualified = host;
  if (!absl::ConsumeSuffix(&qualified, domain) || !absl::ConsumeSuffix(&qualified, ".svc.")) return;
  const size_t dot = qualified.find('.');
  if (dot == absl::string_view::npos || absl::StartsWith(host, "*")) return;
  if (qualified.substr(dot + 1) == client_ns) {
    virtual_host.add_domains(std::string(qualified.substr(0, dot)));
    virtual_host.add_domains(absl::StrCat(qualified, ".svc"));
    virtual_host.add_domains(std::string(qualified));
  } else {
    virtual_host.add_domains(std::string(qualified));
    virtual_host.add_domains(absl::StrCat(qualified, ".svc"));
  }
}

// Each pod behind a headless service has a name of its own below it.
void AddPodNames(VirtualHost& virtual_host) {
  const int named = virtual_host.domains_size();
  for (int i = 0; i < named; ++i) {
    virtual_host.add_domains(absl::StrCat("*.", virtual_host.domains(i)));
  }
}

void AddAddresses(const mesh::Service& service, VirtualHost& virtual_host) {
  for (absl::string_view address : service.addresses) {
    if (!absl::ConsumeSuffix(&address, "/32")) absl::ConsumeSuffix(&address, "/128");
    // Nobody calls a host by a range or by the address that stands for any.
    if (absl::StrContains(address, '/') || address == "0.0.0.0" || address == "::") continue;
    if (absl::StrContains(address, ':')) {
      virtual_host.add_domains(absl::StrCat("[", address, "]"));
    } else {
      virtual_host.add_domains(std::string(address));
    }
  }
}

bool AllowsAny(const policy::v1::MeshConfig& config) {
  return !config.has_outbound_traffic_policy() ||
         config.outbound_traffic_policy().mode() ==
             policy::v1::MeshConfig::OutboundTrafficPolicy::ALLOW_ANY;
}

}  // namespace

std::string VirtualHostName(absl::string_view host, uint32_t port) {
  return absl::StrCat(host, ":", port);
}

void SetServiceDomains(const mesh::Service& service, absl::string_view client_ns,
                       absl::string_view domain, VirtualHost& virtual_host) {
  virtual_host.add_domains(service.host);
  virtual_host.add_domains(absl::StrCat(service.host, "."));
  AddShortNames(service.host, client_ns, domain, virtual_host);
  if (service.headless) AddPodNames(virtual_host);
  AddAddresses(service, virtual_host);
}

void SetCatchAll(const policy::v1::MeshConfig& config, VirtualHost& virtual_host) {
  const bool allow = AllowsAny(config);
  const std::string name = allow ? "allow_any" : "block_all";
  virtual_host.set_name(name);
  virtual_host.add_domains("*");
  virtual_host.set_include_request_attempt_count(true);
  auto& route = *virtual_host.add_routes();
  route.set_name(name);
  SetCatchAllMatch(*route.mutable_match());
  if (allow) {
    route.mutable_route()->set_cluster(std::string(kPassthroughCluster));
    SetRouteTimeout(nullptr, *route.mutable_route());
  } else {
    route.mutable_direct_response()->set_status(kBadGateway);
  }
}

void SetRouteConfigurationOptions(absl::string_view name, RouteConfiguration& configuration) {
  configuration.set_name(std::string(name));
  // Routes may come before the clusters they name.
  configuration.mutable_validate_clusters()->set_value(false);
  configuration.set_ignore_port_in_host_matching(true);
  configuration.mutable_max_direct_response_body_size_bytes()->set_value(kMaxDirectResponseBytes);
}

}  // namespace binnacle::translator
