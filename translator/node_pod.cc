#include "translator/node_pod.h"

#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace binnacle::translator {
namespace {

using mesh::FactKind;

// Labels that no policy looks at open no door, and a Pod may have got or lost
// such after its proxy connected.
bool HasClaimedLabels(const policy::Labels& claimed, const policy::Labels& labels,
                      const mesh::HostList* selected) {
  if (selected == nullptr) return true;
  return absl::c_all_of(*selected, [&](const std::string& key) {
    const auto claim = claimed.find(key);
    if (claim == claimed.end()) return true;
    const auto label = labels.find(key);
    return label != labels.end() && label->second == claim->second;
  });
}

bool Fits(const Node& node, const mesh::Workload& pod, const mesh::HostList* selected) {
  // Over plaintext, from this machine, nothing may be said of the account.
  const bool account_fits =
      node.service_account.empty() || node.service_account == pod.service_account;
  return node.ns == pod.ns && account_fits && HasClaimedLabels(node.labels, pod.labels, selected);
}

}  // namespace

bool PodContradicts(mesh::View& view, const Node& node) {
  const auto* selected = view.Find<FactKind::kSelectedLabels>("");
  const absl::string_view name = absl::StripSuffix(node.name, absl::StrCat(".", node.ns));
  if (const auto* pod = view.Find<FactKind::kPod>(mesh::Qualified(node.ns, name))) {
    return !Fits(node, *pod, selected);
  }
  bool known = false;
  for (const std::string& address : node.addresses) {
    const auto* pods = view.Find<FactKind::kPodsAt>(address);
    if (pods == nullptr) continue;
    for (const std::string& pod_name : *pods) {
      const auto* pod = view.Find<FactKind::kPod>(pod_name);
      if (pod == nullptr) continue;
      if (Fits(node, *pod, selected)) return false;
      known = true;
    }
  }
  return known;
}

}  // namespace binnacle::translator
