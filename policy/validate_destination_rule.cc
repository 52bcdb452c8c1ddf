#include "policy/validate_destination_rule.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "policy/export_to_rule.h"
#include "policy/host.h"
#include "policy/label_rule.h"
#include "policy/traffic_policy_rule.h"

namespace binnacle::policy {
namespace {

void CheckSubset(const v1::Subset& subset, absl::string_view ns, const Place& at) {
  if (subset.name().empty()) {
    at.Field("name").Error("missing-field", "a subset needs a name");
  } else {
    at.Field("name").Check(CheckDnsLabel(subset.name()));
  }
  CheckLabels(subset.labels(), at, "labels");
  if (subset.has_traffic_policy()) {
    CheckTrafficPolicy(subset.traffic_policy(), ns, at.Field("trafficPolicy"));
  }
}

}  // namespace

void ValidateDestinationRule(const ObjectKey& key, const v1::DestinationRule& rule,
                             const Place& spec) {
  if (rule.host().empty()) {
    spec.Field("host").Error("missing-field", "a DestinationRule needs a host");
  } else {
    spec.Field("host").Check(CheckWildcardDomain(rule.host()));
  }
  if (rule.has_traffic_policy()) {
    CheckTrafficPolicy(rule.traffic_policy(), key.ns, spec.Field("trafficPolicy"));
  }
  std::set<absl::string_view> names;
  for (int i = 0; i < rule.subsets_size(); ++i) {
    const v1::Subset& subset = rule.subsets(i);
    const Place at = spec.Field("subsets", i);
    CheckSubset(subset, key.ns, at);
    if (!subset.name().empty() && !names.insert(subset.name()).second) {
      at.Field("name").Error("duplicate-name", absl::StrCat("there are two subsets named \"",
                                                            subset.name().substr(0, 80), "\""));
    }
  }
  CheckExportTo(rule.export_to(), key.ns, {.only_own_allowed = rule.has_workload_selector()}, spec);
  if (rule.has_workload_selector()) {
    const Place selector = spec.Field("workloadSelector");
    CheckSelector(rule.workload_selector().match_labels(), selector, "matchLabels");
  }
}

}  // namespace binnacle::policy
