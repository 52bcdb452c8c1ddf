#include "translator/on_demand_virtual_host.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "policy/ip_address.h"
#include "translator/sidecar_routes.h"
#include "translator/virtual_host.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::VirtualHost;
using Found = std::optional<Translated<VirtualHost>>;

struct Name {
  absl::string_view route;
  absl::string_view host;  // with its port, if it was called with one
};

std::optional<Name> ParseName(absl::string_view text) {
  const size_t slash = text.find('/');
  if (slash == absl::string_view::npos) return std::nullopt;
  return Name{text.substr(0, slash), text.substr(slash + 1)};
}

// As Envoy takes it off, whatever stands behind the colon.
absl::string_view WithoutPort(absl::string_view host) {
  const size_t colon = host.rfind(':');
  if (colon == absl::string_view::npos) return host;
  const size_t bracket = host.rfind(']');
  if (bracket != absl::string_view::npos && bracket > colon) return host;
  return host.substr(0, colon);
}

// The only domain of its virtual host, so that no two virtual hosts have one in
// common. A star at either end would stand for many hosts; no host has one, and
// such a virtual host takes nothing.
std::string DomainFor(absl::string_view name, absl::string_view host) {
  if (host.empty() || absl::StartsWith(host, "*") || absl::EndsWith(host, "*")) {
    return absl::StrCat(name, "/");
  }
  return std::string(host);
}

Found AsMessage(VirtualHostPart part) {
  Found found(std::in_place);
  if (!found->message.ParseFromString(part.message)) return std::nullopt;
  found->origins = std::move(part.origins);
  return found;
}

// Looks for the virtual host that has a request's host among its domains, in
// the order in which Envoy does, without making any other.
class Search {
 public:
  Search(mesh::View& view, const ProxyClass& proxy, absl::string_view route_name, uint32_t port)
      : view_(view), proxy_(proxy), route_name_(route_name), port_(port) {}

  Found Find(absl::string_view host) {
    if (Found exact = Owner(host); exact.has_value()) return exact;
    for (const std::string& wildcard : WildcardsFor(host)) {
      if (Found found = Owner(wildcard); found.has_value()) return found;
    }
    return std::nullopt;
  }

 private:
  using Hosts = std::vector<std::string>;

  // Domains that cover the host, the longest first; not "*", which no service
  // has for itself.
  Hosts WildcardsFor(absl::string_view host) {
    Hosts wildcards;
    for (size_t dot = host.find('.', 1); dot != absl::string_view::npos;
         dot = host.find('.', dot + 1)) {
      wildcards.push_back(absl::StrCat("*", host.substr(dot)));
    }
    if (const auto* written = view_.Find<mesh::FactKind::kMeshWildcardHosts>("")) {
      for (const std::string& wildcard : *written) {
        const absl::string_view rest = absl::StripPrefix(wildcard, "*");
        if (!rest.empty() && rest.size() < host.size() && absl::EndsWith(host, rest)) {
          wildcards.push_back(wildcard);
        }
      }
    }
    absl::c_sort(wildcards, [](const std::string& a, const std::string& b) {
      return a.size() != b.size() ? a.size() > b.size() : a < b;
    });
    wildcards.erase(std::unique(wildcards.begin(), wildcards.end()), wildcards.end());
    return wildcards;
  }

  // Of hosts that share a domain the first in order has it.
  Found Owner(absl::string_view domain) {
    Hosts hosts;
    AddHostsCalled(domain, hosts);
    absl::c_sort(hosts);
    hosts.erase(std::unique(hosts.begin(), hosts.end()), hosts.end());
    for (const std::string& host : hosts) {
      if (host == "*" || !HasSidecarVirtualHost(view_, proxy_, host, port_)) continue;
      auto part = BuildSidecarVirtualHost(view_, proxy_, host, route_name_);
      if (part.has_value() && absl::c_linear_search(part->domains(), domain)) {
        return AsMessage(*std::move(part));
      }
    }
    return std::nullopt;
  }

  // Hosts that may have `name` among their domains: what ServiceDomains() does,
  // backwards. Some too many do no harm.
  void AddHostsCalled(absl::string_view name, Hosts& hosts) {
    const std::string& domain = view_.settings().domain;
    hosts.emplace_back(name);
    if (absl::EndsWith(name, ".")) hosts.emplace_back(absl::StripSuffix(name, "."));
    if (absl::StartsWith(name, "*")) {  // of the pods behind a headless service
      if (absl::ConsumePrefix(&name, "*.")) AddHostsCalled(name, hosts);
      return;
    }
    if (absl::EndsWith(name, ".svc")) hosts.push_back(absl::StrCat(name, ".", domain));
    if (absl::StrContains(name, '.')) {
      hosts.push_back(absl::StrCat(name, ".svc.", domain));
    } else {
      hosts.push_back(absl::StrCat(name, ".", proxy_.ns, ".svc.", domain));
    }
    AddHostsAt(name, hosts);
  }

  void AddHostsAt(absl::string_view address, Hosts& hosts) {
    if (absl::ConsumePrefix(&address, "[")) absl::ConsumeSuffix(&address, "]");
    if (!policy::IsIpAddress(address)) return;
    for (absl::string_view block : {"", "/32", "/128"}) {
      const auto* there = view_.Find<mesh::FactKind::kHostsAtAddress>(absl::StrCat(address, block));
      if (there != nullptr) hosts.insert(hosts.end(), there->begin(), there->end());
    }
  }

  mesh::View& view_;
  const ProxyClass& proxy_;
  const absl::string_view route_name_;
  const uint32_t port_;
};

}  // namespace

Found BuildOnDemandVirtualHost(mesh::View& view, const ProxyClass& proxy, absl::string_view name) {
  const auto parsed = ParseName(name);
  if (!parsed.has_value()) return std::nullopt;
  const auto port = PortOfRoutes(parsed->route);
  if (!port.has_value()) return std::nullopt;
  Found found = Search(view, proxy, parsed->route, *port).Find(WithoutPort(parsed->host));
  if (!found.has_value()) {
    found.emplace();
    SetCatchAll(view.settings().config, found->message);
  }
  found->message.set_name(std::string(name));
  found->message.clear_domains();
  found->message.add_domains(DomainFor(name, parsed->host));
  return found;
}

VirtualHost EmptyOnDemandVirtualHost(absl::string_view name) {
  VirtualHost host;
  host.set_name(std::string(name));
  const auto parsed = ParseName(name);
  host.add_domains(DomainFor(name, parsed.has_value() ? parsed->host : ""));
  return host;
}

}  // namespace binnacle::translator
