#include "mesh/pod_index.h"

#include <utility>

#include "mesh/workload.h"

namespace binnacle::mesh {

void PodIndex::Change(const ObjectPtr& before, const ObjectPtr& now) {
  const policy::ObjectKey& key = (now != nullptr ? now : before)->key;
  const std::string name = Qualified(key.ns, key.name);
  if (before != nullptr) {
    for (const std::string& address : PodAddresses(*before)) {
      pods_at_[address].erase(name);
      dirty_addresses_.insert(address);
    }
  }
  if (now != nullptr) {
    for (const std::string& address : PodAddresses(*now)) {
      pods_at_[address].insert(name);
      dirty_addresses_.insert(address);
    }
  }
  changed_[name] = now;
}

void PodIndex::Derive(FactWriter& writer) {
  for (const auto& [name, pod] : std::exchange(changed_, {})) {
    if (pod == nullptr || HasEnded(*pod)) {
      writer.Erase<FactKind::kPod>(name);
    } else {
      writer.Set<FactKind::kPod>(name, *FromPod(*pod, nullptr));
    }
  }
  for (const std::string& address : std::exchange(dirty_addresses_, {})) {
    auto it = pods_at_.find(address);
    if (it->second.empty()) {
      pods_at_.erase(it);
      writer.Erase<FactKind::kPodsAt>(address);
    } else {
      writer.Set<FactKind::kPodsAt>(address, {it->second.begin(), it->second.end()});
    }
  }
}

}  // namespace binnacle::mesh
