#include "mesh/gateway_list.h"

#include <algorithm>
#include <cstdint>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "proto/policy/gateway.pb.h"

namespace binnacle::mesh {
namespace {

using policy::v1::Gateway;
using policy::v1::Server;
using policy::v1::ServerTlsSettings;

bool PassesThrough(const Server& server) {
  return server.tls().mode() == ServerTlsSettings::PASSTHROUGH ||
         server.tls().mode() == ServerTlsSettings::AUTO_PASSTHROUGH;
}

std::string HostIn(absl::string_view written, absl::string_view ns) {
  std::string host = absl::AsciiStrToLower(written);
  absl::string_view rest = host;
  if (absl::ConsumePrefix(&rest, "*/")) return std::string(rest);
  return absl::StartsWith(host, "./") ? absl::StrCat(ns, host.substr(1)) : host;
}

ListedServer Describe(const Server& server, absl::string_view ns) {
  ListedServer listed;
  listed.written = &server;
  listed.protocol = ParseProtocol(server.port().protocol());
  listed.terminates_tls = IsTls(listed.protocol) && server.has_tls() && !PassesThrough(server);
  listed.http =
      IsHttp(listed.protocol) || (listed.protocol == Protocol::kHttps && listed.terminates_tls);
  listed.hosts.reserve(server.hosts_size());
  for (const std::string& host : server.hosts()) listed.hosts.push_back(HostIn(host, ns));
  return listed;
}

// What of the TLS servers of one Gateway cannot come into effect, whatever
// other Gateways say and wherever its ports are mapped to: the same rules apply
// again when Gateways are merged.
class TlsRoom {
 public:
  // False if there is none for that server. Takes hosts away that are taken.
  bool Admit(ListedServer& server) {
    if (!server.written->has_tls()) return false;
    if (server.written->tls().mode() == ServerTlsSettings::AUTO_PASSTHROUGH) return true;
    auto& taken = taken_[{server.written->port().number(), server.written->bind()}];
    auto gone = std::remove_if(server.hosts.begin(), server.hosts.end(), [&](const std::string& h) {
      return !taken.emplace(WithoutNamespace(h)).second;
    });
    server.hosts.erase(gone, server.hosts.end());
    return !server.hosts.empty();
  }

 private:
  using PortAddress = std::pair<uint32_t, std::string>;
  absl::flat_hash_map<PortAddress, absl::flat_hash_set<std::string>> taken_;
};

// Whether that is no other place than none is for a proxy of some kind: then
// merging alone can tell.
bool BindsEveryAddress(const Server& server) {
  return server.bind() == "0.0.0.0" || server.bind() == "::";
}

}  // namespace

absl::string_view WithoutNamespace(absl::string_view host) {
  const size_t slash = host.find('/');
  return slash == absl::string_view::npos ? host : host.substr(slash + 1);
}

std::shared_ptr<const ListedGateway> ListGateway(std::shared_ptr<const policy::Object> object) {
  auto listed = std::make_shared<ListedGateway>();
  const auto& gateway = object->As<Gateway>();
  listed->name = absl::StrCat(object->key.ns, "/", object->key.name);
  listed->selector.assign(gateway.selector().begin(), gateway.selector().end());
  const bool clear = absl::c_none_of(gateway.servers(), BindsEveryAddress);
  TlsRoom room;
  for (const Server& server : gateway.servers()) {
    listed->passes_mesh_tls_on |= server.tls().mode() == ServerTlsSettings::AUTO_PASSTHROUGH;
    ListedServer entry = Describe(server, object->key.ns);
    if (clear && IsTls(entry.protocol) && !room.Admit(entry)) continue;
    listed->servers.push_back(std::move(entry));
  }
  listed->object = std::move(object);
  return listed;
}

}  // namespace binnacle::mesh
