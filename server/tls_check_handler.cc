#include "server/tls_check_handler.h"

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "mesh/view.h"
#include "server/http_answer.h"
#include "server/proxy_list.h"
#include "server/service_host.h"

namespace binnacle::server {
namespace {

using Json = nlohmann::ordered_json;
using Checks = std::vector<translator::TlsCheck>;

constexpr size_t kProxiesNamed = 100;

std::vector<std::string> NamespacesOfServices(MeshOwner& owner) {
  std::set<std::string> namespaces;
  owner.Objects([&](const policy::ObjectKey& key) {
    if (key.kind == policy::Kind::kService || key.kind == policy::Kind::kServiceEntry) {
      namespaces.insert(key.ns);
    }
    return false;
  });
  return {namespaces.begin(), namespaces.end()};
}

std::vector<std::string> HostsOf(const Checks& checks) {
  std::vector<std::string> hosts;
  for (const auto& check : checks) {
    if (hosts.empty() || hosts.back() != check.host) hosts.push_back(check.host);
  }
  return hosts;
}

void AnswerUnknownProxy(const absl::Status& why, const std::vector<ConnectedProxy>& proxies,
                        httplib::Response& response) {
  Json known = Json::array();
  for (const ConnectedProxy& proxy : proxies) {
    if (known.size() == kProxiesNamed) break;
    known.push_back(proxy.node_id);
  }
  Answer(response, {{"error", std::string(why.message())}, {"known", std::move(known)}}, 404);
}

void AnswerChecks(Checks checks, const std::string& host, const std::string& client_ns,
                  httplib::Response& response) {
  if (!host.empty()) {
    const auto hosts = HostsOf(checks);
    const auto found = FindServiceHost(host, client_ns, hosts);
    if (!found.ok()) {
      return Answer(
          response,
          {{"error", std::string(found.status().message())}, {"known", CloseHosts(host, hosts)}},
          404);
    }
    std::erase_if(checks, [&](const auto& check) { return check.host != *found; });
  }
  Json list = Json::array();
  for (const auto& check : checks) list.push_back(TlsCheckJson(check));
  Answer(response, list);
}

}  // namespace

Json TlsCheckJson(const translator::TlsCheck& check) {
  return {{"host", check.host},
          {"port", check.port},
          {"status", check.conflict ? "CONFLICT" : "OK"},
          {"server", check.server},
          {"client", check.client},
          {"authnPolicy", check.authn_policy},
          {"destinationRule", check.destination_rule},
          {"policyOrigin", check.policy_origin},
          {"ruleOrigin", check.rule_origin},
          {"explanation", check.explanation},
          {"conflictingSubsets", check.conflicting_subsets}};
}

void AddTlsCheck(httplib::Server& http, const PushHub& hub, MeshOwner& owner,
                 translator::Translator& translator) {
  http.Get("/debug/tls-check", [&hub, &owner, &translator](const httplib::Request& request,
                                                           httplib::Response& response) {
    const std::string host = request.get_param_value("host");
    const std::string name = request.get_param_value("proxy");
    const auto snapshot = hub.target().snapshot;
    if (snapshot == nullptr) {
      return Answer(response, {{"error", "policy has not been read yet"}}, 503);
    }
    mesh::View view(*snapshot);
    if (name.empty()) {
      return AnswerChecks(translator::CheckTlsWithin(view, NamespacesOfServices(owner)), host, "",
                          response);
    }
    const auto proxies = ConnectedProxies(hub.streams());
    const auto proxy = FindProxy(proxies, name);
    if (!proxy.ok()) return AnswerUnknownProxy(proxy.status(), proxies, response);
    const auto client = translator.Classify(*proxy->node, *snapshot);
    AnswerChecks(translator::CheckTls(view, *client), host, client->ns, response);
  });
}

}  // namespace binnacle::server
