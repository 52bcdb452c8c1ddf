#include "policy/validate_virtual_service.h"

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "policy/destination_reference_rule.h"
#include "policy/export_to_rule.h"
#include "policy/host.h"
#include "policy/http_route_rule.h"
#include "policy/ip_address.h"
#include "policy/label_rule.h"
#include "policy/port_rule.h"

namespace binnacle::policy {
namespace {

using v1::VirtualService;

// One `mesh` entry, or no entry at all, makes sidecars serve it as well.
bool IsForGatewaysOnly(const VirtualService& service) {
  for (const std::string& gateway : service.gateways()) {
    if (gateway == "mesh") return false;
  }
  return !service.gateways().empty();
}

void CheckHost(const std::string& host, bool gateways_only, const Place& at) {
  if (host == "*" && !gateways_only) {
    at.Error("bad-host", "\"*\" would take every host in the mesh: it is for gateways only",
             "name the hosts, or list gateways without \"mesh\"");
    return;
  }
  if (!IsIpAddress(host)) at.Check(CheckWildcardDomain(host));
}

// The wildcard among `wide` that covers host `i`, by index, or -1. Wildcards
// are few, so that long lists of hosts stay cheap.
int CoveringHost(const VirtualService& service, const std::vector<int>& wide, int i) {
  for (int j : wide) {
    if (j != i && HostCovers(service.hosts(j), service.hosts(i))) return j;
  }
  return -1;
}

void CheckHostsApart(const VirtualService& service, const Place& spec) {
  absl::flat_hash_set<std::string> seen;
  std::vector<int> wide;
  for (int i = 0; i < service.hosts_size(); ++i) {
    if (absl::StartsWith(service.hosts(i), "*")) wide.push_back(i);
  }
  for (int i = 0; i < service.hosts_size(); ++i) {
    if (!seen.insert(absl::AsciiStrToLower(service.hosts(i))).second) {
      spec.Field("hosts", i)
          .Error("duplicate-host", absl::StrCat("\"", service.hosts(i), "\" is listed already"));
      continue;
    }
    const int cover = CoveringHost(service, wide, i);
    if (cover < 0 || absl::EqualsIgnoreCase(service.hosts(cover), service.hosts(i))) continue;
    spec.Field("hosts", i)
        .Error("duplicate-host", absl::StrCat("\"", service.hosts(i), "\" is covered by \"",
                                              service.hosts(cover), "\" in the same list"));
  }
}

void CheckHosts(const VirtualService& service, const Place& spec) {
  const bool gateways_only = IsForGatewaysOnly(service);
  for (int i = 0; i < service.hosts_size(); ++i) {
    CheckHost(service.hosts(i), gateways_only, spec.Field("hosts", i));
  }
  CheckHostsApart(service, spec);
}

// Without hosts it only serves others, with HTTP routes.
void CheckIsDelegate(const VirtualService& service, const Place& spec) {
  const auto forbid = [&](bool present, absl::string_view field) {
    if (!present) return;
    spec.Field(field).Error(
        "excluded-field",
        absl::StrCat("a VirtualService without hosts is a delegate and has no ", field));
  };
  forbid(!service.gateways().empty(), "gateways");
  forbid(!service.tls().empty(), "tls");
  forbid(!service.tcp().empty(), "tcp");
}

void CheckSubnets(const google::protobuf::RepeatedPtrField<std::string>& subnets, const Place& at) {
  for (int i = 0; i < subnets.size(); ++i) {
    at.Field("destinationSubnets", i).Check(CheckIpAddressOrCidr(subnets[i]));
  }
}

// What matches of TLS and TCP routes have in common.
template <typename Match>
void CheckConnectionMatch(const Match& match, const Place& at) {
  CheckSubnets(match.destination_subnets(), at);
  if (match.port() != 0) at.Field("port").Check(CheckPort(match.port()));
  CheckLabels(match.source_labels(), at, "sourceLabels");
  if (!match.source_namespace().empty()) {
    at.Field("sourceNamespace").Check(CheckDnsLabel(match.source_namespace()));
  }
  CheckGatewayNames(match.gateways(), at);
}

void CheckSniHost(const std::string& sni, const VirtualService& service, const Place& at) {
  if (IsIpAddress(sni)) {
    at.Warn("bad-host", absl::StrCat("\"", sni, "\": clients do not send addresses as SNI"));
  } else if (!at.Check(CheckWildcardDomain(sni))) {
    return;
  }
  for (const std::string& host : service.hosts()) {
    if (HostCovers(host, sni)) return;
  }
  at.Error("dangling-host",
           absl::StrCat("\"", sni.substr(0, 80), "\" is not within any of spec.hosts"));
}

template <typename Route>
void CheckConnectionRoute(const Route& route, const Place& at) {
  if (route.route().empty()) {
    at.Field("route").Error("missing-field", "a rule needs a route");
  }
  std::vector<int32_t> weights;
  for (int i = 0; i < route.route_size(); ++i) {
    const Place entry = at.Field("route", i);
    if (!route.route(i).has_destination()) {
      entry.Field("destination").Error("missing-field", "a route needs a destination");
    } else {
      CheckDestination(route.route(i).destination(), entry.Field("destination"));
    }
    weights.push_back(route.route(i).weight());
  }
  CheckWeights(weights, "route", at);
}

void CheckTlsRoute(const v1::TlsRoute& route, const VirtualService& service, const Place& at) {
  if (route.match().empty()) {
    at.Field("match").Error("missing-field", "a TLS rule needs a match with sniHosts");
  }
  for (int i = 0; i < route.match_size(); ++i) {
    const Place match = at.Field("match", i);
    if (route.match(i).sni_hosts().empty()) {
      match.Field("sniHosts").Error("missing-field", "a TLS match needs sniHosts");
    }
    for (int j = 0; j < route.match(i).sni_hosts_size(); ++j) {
      CheckSniHost(route.match(i).sni_hosts(j), service, match.Field("sniHosts", j));
    }
    CheckConnectionMatch(route.match(i), match);
  }
  CheckConnectionRoute(route, at);
}

void CheckTcpRoute(const v1::TcpRoute& route, const Place& at) {
  for (int i = 0; i < route.match_size(); ++i) {
    const Place match = at.Field("match", i);
    CheckConnectionMatch(route.match(i), match);
    if (route.match(i).source_subnet().empty()) continue;
    match.Field("sourceSubnet").Check(CheckIpAddressOrCidr(route.match(i).source_subnet()));
    match.Field("sourceSubnet").Warn("unused-field", "sourceSubnet has no effect");
  }
  CheckConnectionRoute(route, at);
}

void CheckRoutes(const VirtualService& service, const Place& spec) {
  if (service.http().empty() && service.tls().empty() && service.tcp().empty()) {
    spec.Error("missing-field", "a VirtualService needs http, tls or tcp rules");
  }
  const bool is_delegate = service.hosts().empty();
  const HttpRouteContext context = {
      .match = {.gateways_only = is_delegate || IsForGatewaysOnly(service)},
      .is_delegate = is_delegate};
  for (int i = 0; i < service.http_size(); ++i) {
    CheckHttpRoute(service.http(i), context, spec.Field("http", i));
  }
  for (int i = 0; i < service.tls_size(); ++i) {
    CheckTlsRoute(service.tls(i), service, spec.Field("tls", i));
  }
  for (int i = 0; i < service.tcp_size(); ++i) {
    CheckTcpRoute(service.tcp(i), spec.Field("tcp", i));
  }
  WarnOfUnreachable(service.http(), spec);
}

}  // namespace

void ValidateVirtualService(const ObjectKey& key, const VirtualService& service,
                            const Place& spec) {
  if (service.hosts().empty()) {
    CheckIsDelegate(service, spec);
  } else {
    CheckHosts(service, spec);
  }
  CheckGatewayNames(service.gateways(), spec);
  CheckRoutes(service, spec);
  CheckExportTo(service.export_to(), key.ns, {}, spec);
}

}  // namespace binnacle::policy
