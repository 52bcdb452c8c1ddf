#include "translator/gateway_host.h"

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "mesh/lookup.h"

namespace binnacle::translator {
namespace {

bool IsWildcard(absl::string_view host) { return absl::StartsWith(host, "*"); }

// nullopt if neither host covers the other.
std::optional<absl::string_view> Narrower(absl::string_view server, absl::string_view host) {
  if (server == host || mesh::HostCovers(server, host)) return host;
  // Only a wildcard covers another host than itself.
  if (IsWildcard(host) && mesh::HostCovers(host, server)) return server;
  return std::nullopt;
}

}  // namespace

GatewayHost ParseGatewayHost(absl::string_view written) {
  const size_t slash = written.find('/');
  if (slash == absl::string_view::npos) return {"", written};
  absl::string_view ns = written.substr(0, slash);
  return {ns == "*" ? "" : ns, written.substr(slash + 1)};
}

MetHosts MeetHosts(absl::Span<const absl::string_view> server_hosts,
                   absl::Span<const absl::string_view> hosts, absl::string_view ns) {
  MetHosts met;
  for (absl::string_view written : server_hosts) {
    const GatewayHost server = ParseGatewayHost(written);
    if (!server.ns.empty() && server.ns != ns) continue;
    for (absl::string_view host : hosts) {
      if (const auto narrower = Narrower(server.host, host)) met.push_back(*narrower);
    }
  }
  if (!std::is_sorted(met.begin(), met.end())) std::sort(met.begin(), met.end());
  met.erase(std::unique(met.begin(), met.end()), met.end());
  return met;
}

std::vector<std::string> MeetHosts(absl::Span<const absl::string_view> server_hosts,
                                   absl::Span<const std::string> hosts, absl::string_view ns) {
  const absl::InlinedVector<absl::string_view, 4> views(hosts.begin(), hosts.end());
  const MetHosts met = MeetHosts(server_hosts, views, ns);
  return {met.begin(), met.end()};
}

}  // namespace binnacle::translator
