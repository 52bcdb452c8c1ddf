#include "policy/validate_peer_authentication.h"

#include <string>

#include "policy/label_rule.h"
#include "policy/port_rule.h"

namespace binnacle::policy {

void ValidatePeerAuthentication(const v1::PeerAuthentication& policy, const Place& spec) {
  if (policy.has_selector()) {
    const Place selector = spec.Field("selector");
    CheckSelector(policy.selector().match_labels(), selector, "matchLabels");
  }
  for (const auto& [port, mtls] : policy.port_level_mtls()) {
    const std::string key = std::to_string(port);
    spec.Entry("portLevelMtls", key).Check(CheckPort(port));
  }
  if (policy.port_level_mtls().empty() || !policy.selector().match_labels().empty()) return;
  spec.Field("portLevelMtls")
      .Error("missing-field",
             "ports belong to workloads: portLevelMtls needs a selector with matchLabels");
}

}  // namespace binnacle::policy
