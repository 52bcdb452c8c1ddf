#include "translator/virtual_host.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "translator/cluster_name.h"
#include "translator/domain_list.h"
#include "translator/field_bytes.h"
#include "translator/route_match.h"
#include "translator/route_timeout.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::RouteConfiguration;
using envoy::config::route::v3::VirtualHost;

constexpr uint32_t kMaxDirectResponseBytes = 1048576;
constexpr uint32_t kBadGateway = 502;
// On the wire.
constexpr size_t kRequireTlsSize = 2;
constexpr size_t kOptionsSize = 2;

// "reviews.default.svc.cluster.local" -> "reviews", "reviews.default.svc" and
// "reviews.default" where the client is in `default`; elsewhere without the
// bare name. By the name's shape alone, whichever registry it is from.
void AddShortNames(absl::string_view host, absl::string_view client_ns, absl::string_view domain,
                   std::string& domains) {
  absl::string_view qualified = host;
  if (!absl::ConsumeSuffix(&qualified, domain) || !absl::ConsumeSuffix(&qualified, ".svc.")) return;
  const size_t dot = qualified.find('.');
  if (dot == absl::string_view::npos || absl::StartsWith(host, "*")) return;
  if (qualified.substr(dot + 1) == client_ns) {
    AppendDomain({qualified.substr(0, dot)}, domains);
    AppendDomain({qualified, ".svc"}, domains);
    AppendDomain({qualified}, domains);
  } else {
    AppendDomain({qualified}, domains);
    AppendDomain({qualified, ".svc"}, domains);
  }
}

// Each pod behind a headless service has a name of its own below it.
void AddPodNames(std::string& domains) {
  const std::string named = domains;
  for (absl::string_view name : DomainList(named)) AppendDomain({"*.", name}, domains);
}

void AddAddresses(const mesh::Service& service, std::string& domains) {
  for (absl::string_view address : service.addresses) {
    if (!absl::ConsumeSuffix(&address, "/32")) absl::ConsumeSuffix(&address, "/128");
    // Nobody calls a host by a range or by the address that stands for any.
    if (absl::StrContains(address, '/') || address == "0.0.0.0" || address == "::") continue;
    if (absl::StrContains(address, ':')) {
      AppendDomain({"[", address, "]"}, domains);
    } else {
      AppendDomain({address}, domains);
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

std::string ServiceDomains(const mesh::Service& service, absl::string_view client_ns,
                           absl::string_view domain) {
  constexpr size_t kNamesOfMost = 6;
  constexpr size_t kAround = 4;  // each: its tag and length, and a dot
  const absl::string_view host = service.host;
  std::string domains;
  domains.reserve(kNamesOfMost * (host.size() + kAround));
  AppendDomain({host}, domains);
  AppendDomain({host, "."}, domains);
  AddShortNames(host, client_ns, domain, domains);
  if (service.headless) AddPodNames(domains);
  AddAddresses(service, domains);
  return domains;
}

size_t VirtualHostFields::Size() const {
  size_t size = TextSize(VirtualHost::kNameFieldNumber, name) + routes.some().size() +
                routes.all().size() + kOptionsSize + (require_tls ? kRequireTlsSize : 0) +
                further_domains.size();
  for (absl::string_view domain : domains) {
    size += FieldSize(VirtualHost::kDomainsFieldNumber, domain.size());
  }
  return size;
}

void VirtualHostFields::AppendTo(std::string& bytes) const {
  AppendText(VirtualHost::kNameFieldNumber, name, bytes);
  for (absl::string_view domain : domains) {
    AppendField(VirtualHost::kDomainsFieldNumber, domain, bytes);
  }
  bytes.append(further_domains.data(), further_domains.size());
  bytes.append(routes.some().data(), routes.some().size());
  bytes.append(routes.all().data(), routes.all().size());
  if (require_tls) AppendSmall(VirtualHost::kRequireTlsFieldNumber, VirtualHost::ALL, bytes);
  AppendSmall(VirtualHost::kIncludeRequestAttemptCountFieldNumber, 1, bytes);
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
