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

// A server before its texts lie where they stay.
struct Draft {
  ListedServer server;
  std::string https_route;
  std::vector<std::string> hosts;
};

std::string HttpsRoute(const Server& server, const policy::ObjectKey& gateway) {
  const auto& port = server.port();
  return absl::StrCat("https.", port.number(), ".", port.name(), ".", gateway.name, ".",
                      gateway.ns);
}

Draft Describe(const Server& server, const policy::ObjectKey& gateway) {
  Draft draft;
  ListedServer& listed = draft.server;
  listed.written = &server;
  listed.port = server.port().number();
  listed.protocol = ParseProtocol(server.port().protocol());
  listed.has_tls = server.has_tls();
  listed.terminates_tls = IsTls(listed.protocol) && server.has_tls() && !PassesThrough(server);
  listed.http =
      IsHttp(listed.protocol) || (listed.protocol == Protocol::kHttps && listed.terminates_tls);
  listed.redirects_to_https = server.tls().https_redirect();
  listed.passes_mesh_tls_on = server.tls().mode() == ServerTlsSettings::AUTO_PASSTHROUGH;
  if (listed.http && listed.terminates_tls) draft.https_route = HttpsRoute(server, gateway);
  draft.hosts.reserve(server.hosts_size());
  for (const std::string& host : server.hosts()) draft.hosts.push_back(HostIn(host, gateway.ns));
  return draft;
}

// What of the TLS servers of one Gateway cannot come into effect, whatever
// other Gateways say and wherever its ports are mapped to: the same rules apply
// again when Gateways are merged.
class TlsRoom {
 public:
  // False if there is none for that server. Takes hosts away that are taken.
  bool Admit(Draft& draft) {
    if (!draft.server.has_tls) return false;
    if (draft.server.passes_mesh_tls_on) return true;
    auto& taken = taken_[{draft.server.port, draft.server.written->bind()}];
    auto gone = std::remove_if(draft.hosts.begin(), draft.hosts.end(), [&](const std::string& h) {
      return !taken.emplace(WithoutNamespace(h)).second;
    });
    draft.hosts.erase(gone, draft.hosts.end());
    return !draft.hosts.empty();
  }

 private:
  using PortAddress = std::pair<uint32_t, std::string>;
  absl::flat_hash_map<PortAddress, absl::flat_hash_set<std::string>> taken_;
};

void Keep(const std::vector<Draft>& drafts, ListedGateway& listed) {
  std::vector<std::string> texts;
  for (const Draft& draft : drafts) {
    texts.push_back(draft.server.written->bind());
    texts.push_back(draft.https_route);
    texts.insert(texts.end(), draft.hosts.begin(), draft.hosts.end());
  }
  auto kept = listed.texts.Keep(texts);
  listed.servers.reserve(drafts.size());
  for (const Draft& draft : drafts) {
    ListedServer& server = listed.servers.emplace_back(draft.server);
    server.bind = kept[0];
    server.https_route = kept[1];
    server.hosts = kept.subspan(2, draft.hosts.size());
    kept.remove_prefix(2 + draft.hosts.size());
  }
}

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
  std::vector<Draft> drafts;
  for (const Server& server : gateway.servers()) {
    Draft draft = Describe(server, object->key);
    listed->passes_mesh_tls_on |= draft.server.passes_mesh_tls_on;
    if (clear && IsTls(draft.server.protocol) && !room.Admit(draft)) continue;
    drafts.push_back(std::move(draft));
  }
  Keep(drafts, *listed);
  listed->object = std::move(object);
  return listed;
}

}  // namespace binnacle::mesh
