#include "translator/tls_check.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mesh/lookup.h"
#include "translator/destination.h"
#include "translator/tls_explanation.h"

namespace binnacle::translator {
namespace {

std::string Word(bool plaintext, bool mesh_tls) {
  if (!mesh_tls) return "HTTP";
  return plaintext ? "HTTP/mTLS" : "mTLS";
}

std::string ServerWord(const TlsEncounter& e) {
  return Word(absl::c_any_of(e.accepted, [](const auto& a) { return a.Plaintext(); }),
              absl::c_any_of(e.accepted, [](const auto& a) { return a.MeshTls(); }));
}

std::string ClientWord(const TlsEncounter& e) {
  const auto mesh_tls = [&e](const TlsAccepted& a) { return SendsMeshTls(e.sent, a); };
  return Word(!absl::c_all_of(e.accepted, mesh_tls), absl::c_any_of(e.accepted, mesh_tls));
}

// The policy at the endpoint that is not reached, else at the first one that
// has a sidecar to enforce it.
const policy::Object* PolicyInEffect(const TlsEncounter& e) {
  if (const TlsAccepted* missed = e.Missed()) return missed->authentication.policy;
  for (const TlsAccepted& accepted : e.accepted) {
    if (accepted.sidecar) return accepted.authentication.policy;
  }
  return e.accepted.front().authentication.policy;
}

std::string RuleOrigin(const mesh::Rule* rule) {
  if (rule == nullptr) return "";
  return absl::StrJoin(rule->origins, ", ", [](std::string* out, const policy::Origin& origin) {
    out->append(origin.ToString());
  });
}

TlsCheck Row(const TlsEncounter& e) {
  TlsCheck row;
  row.host = e.destination.service->host;
  row.port = e.destination.port->number;
  row.conflict = e.Missed() != nullptr;
  row.server = ServerWord(e);
  row.client = ClientWord(e);
  const policy::Object* policy = PolicyInEffect(e);
  row.authn_policy = PolicyName(policy);
  if (policy != nullptr) row.policy_origin = policy->origin.ToString();
  row.destination_rule = RuleName(e.destination.rule);
  row.rule_origin = RuleOrigin(e.destination.rule);
  row.explanation = row.conflict ? ExplainConflict(e) : RemarksOn(e);
  return row;
}

// Whether the subset says for itself how to connect at this port.
bool HasOwnTls(const Destination& destination) {
  const auto& policy = destination.narrowed->traffic_policy();
  if (policy.has_tls()) return true;
  return absl::c_any_of(policy.port_level_settings(), [&](const auto& block) {
    return block.port().number() == destination.port->number;
  });
}

void AddSubset(mesh::View& view, const ProxyClass& client, const Destination& destination,
               TlsCheck& row) {
  if (!HasOwnTls(destination)) return;
  const TlsEncounter e = Encounter(view, client, destination);
  if (e.Missed() == nullptr) return;
  row.conflicting_subsets.push_back(destination.subset);
  absl::StrAppend(&row.explanation, row.explanation.empty() ? "" : "; ", "in subset ",
                  destination.subset, " ", ExplainConflict(e));
}

void Sort(std::vector<TlsCheck>& rows) {
  absl::c_stable_sort(rows, [](const TlsCheck& a, const TlsCheck& b) {
    return std::tie(a.host, a.port) < std::tie(b.host, b.port);
  });
}

ProxyClass PlainSidecar(const std::string& ns) {
  ProxyClass proxy;
  proxy.ns = ns;
  return proxy;
}

}  // namespace

std::vector<TlsCheck> CheckTlsTo(mesh::View& view, const ProxyClass& client,
                                 absl::string_view host) {
  std::vector<TlsCheck> rows;
  for (const Destination& destination : FindDestinations(view, client, host)) {
    if (destination.narrowed == nullptr) {
      rows.push_back(Row(Encounter(view, client, destination)));
    } else {
      AddSubset(view, client, destination, rows.back());
    }
  }
  Sort(rows);
  return rows;
}

std::vector<TlsCheck> CheckTls(mesh::View& view, const ProxyClass& client) {
  std::vector<TlsCheck> all;
  for (absl::string_view host : mesh::VisibleHosts(view, client.ns)) {
    absl::c_move(CheckTlsTo(view, client, host), std::back_inserter(all));
  }
  Sort(all);
  return all;
}

std::vector<TlsCheck> CheckTlsWithin(mesh::View& view, const std::vector<std::string>& namespaces) {
  std::set<std::pair<std::string, std::string>> wanted;  // host, namespace
  const auto want = [&](const mesh::HostList* hosts) {
    if (hosts == nullptr) return;
    for (const std::string& host : *hosts) {
      const auto* services = view.Find<mesh::FactKind::kServices>(host);
      if (services == nullptr) continue;
      for (const auto& service : *services) wanted.emplace(host, service->ns);
    }
  };
  want(view.Find<mesh::FactKind::kPublicHosts>(""));
  for (const std::string& ns : namespaces) want(view.Find<mesh::FactKind::kPrivateHosts>(ns));
  std::vector<TlsCheck> all;
  for (const auto& [host, ns] : wanted) {
    const mesh::Service* seen = mesh::FindService(view, host, ns);
    if (seen == nullptr || seen->ns != ns) continue;
    absl::c_move(CheckTlsTo(view, PlainSidecar(ns), host), std::back_inserter(all));
  }
  Sort(all);
  return all;
}

}  // namespace binnacle::translator
