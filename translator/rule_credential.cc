#include "translator/rule_credential.h"

#include "absl/algorithm/container.h"
#include "mesh/lookup.h"
#include "mesh/rule_set.h"
#include "proto/policy/destination_rule.pb.h"

namespace binnacle::translator {
namespace {

using policy::v1::TrafficPolicy;

bool Names(const TrafficPolicy& policy, absl::string_view credential) {
  if (policy.tls().credential_name() == credential) return true;
  return absl::c_any_of(policy.port_level_settings(), [&](const auto& block) {
    return block.tls().credential_name() == credential;
  });
}

bool Names(const mesh::Rule& rule, absl::string_view credential) {
  return Names(rule.spec->traffic_policy(), credential) ||
         absl::c_any_of(rule.spec->subsets(), [&](const auto& subset) {
           return Names(subset.traffic_policy(), credential);
         });
}

bool EffectiveNames(mesh::View& view, const ProxyClass& proxy, absl::string_view host,
                    absl::string_view credential) {
  const mesh::Service* service = mesh::FindService(view, host, proxy.ns);
  if (service == nullptr) return false;
  const mesh::Rule* rule =
      mesh::FindDestinationRule(view, proxy.ns, proxy.labels, host, service->ns);
  return rule != nullptr && Names(*rule, credential);
}

bool AnyNames(mesh::View& view, const ProxyClass& proxy, absl::string_view host,
              absl::string_view credential) {
  const auto* rules = view.Find<mesh::FactKind::kDestinationRules>(mesh::Qualified(proxy.ns, host));
  return rules != nullptr && absl::c_any_of(*rules, [&](const auto& rule) {
           return !rule->selector.empty() && mesh::Selects(rule->selector, proxy.labels) &&
                  rule->export_to.VisibleTo(proxy.ns) && Names(*rule, credential);
         });
}

}  // namespace

bool RuleNamesCredential(mesh::View& view, const ProxyClass& proxy, absl::string_view credential) {
  if (credential.empty()) return false;
  if (proxy.type == ProxyType::kGateway) {
    return absl::c_any_of(mesh::VisibleHosts(view, proxy.ns), [&](absl::string_view host) {
      return EffectiveNames(view, proxy, host, credential);
    });
  }
  if (const auto* wildcards = view.Find<mesh::FactKind::kWildcardRules>(proxy.ns)) {
    for (const std::string& host : *wildcards) {
      if (AnyNames(view, proxy, host, credential)) return true;
    }
  }
  return absl::c_any_of(mesh::VisibleHosts(view, proxy.ns), [&](absl::string_view host) {
    return AnyNames(view, proxy, host, credential);
  });
}

}  // namespace binnacle::translator
