#include "mesh/object_index.h"

#include "mesh/selected_labels.h"

namespace binnacle::mesh {
namespace {

using policy::Kind;

void Exchange(PrecedenceSet& set, const ObjectPtr& before, const ObjectPtr& now) {
  if (before != nullptr) set.erase(before);
  if (now != nullptr) set.insert(now);
}

}  // namespace

void ObjectIndex::Change(const ObjectPtr& before, const ObjectPtr& now) {
  const policy::ObjectKey& key = (now != nullptr ? now : before)->key;
  if (before != nullptr) Count(*before, -1);
  if (now != nullptr) Count(*now, +1);
  switch (key.kind) {
    case Kind::kGateway:
      if (before != nullptr) gateways_.erase(before);
      if (now != nullptr) gateways_[now] = ListGateway(now);
      gateways_dirty_ = true;
      return;
    case Kind::kSecret:
    case Kind::kConfigMap:
      changed_[key] = now;
      return;
    case Kind::kPeerAuthentication:
      Exchange(peer_authentications_[key.ns], before, now);
      peer_dirty_.insert(key.ns);
      return;
    case Kind::kMeshPolicy:
    case Kind::kPolicy:
      Exchange(authn_policies_[key.ns], before, now);
      authn_dirty_.insert(key.ns);
      return;
    default:
      return;
  }
}

void ObjectIndex::Count(const policy::Object& object, int by) {
  for (const std::string& label : SelectedLabels(object)) {
    int& uses = selected_labels_[label];
    const bool was_used = uses > 0;
    uses += by;
    labels_dirty_ |= was_used != (uses > 0);
  }
}

void ObjectIndex::Derive(FactWriter& writer) {
  if (std::exchange(gateways_dirty_, false)) {
    GatewayList list;
    list.reserve(gateways_.size());
    for (const auto& [object, listed] : gateways_) list.push_back(listed);
    writer.Set<FactKind::kGateways>("", std::move(list));
  }
  for (const auto& [key, object] : std::exchange(changed_, {})) {
    const std::string name = Qualified(key.ns, key.name);
    if (key.kind == Kind::kSecret) {
      object == nullptr ? writer.Erase<FactKind::kSecret>(name)
                        : writer.SetShared<FactKind::kSecret>(name, object);
    } else {
      object == nullptr ? writer.Erase<FactKind::kConfigMap>(name)
                        : writer.SetShared<FactKind::kConfigMap>(name, object);
    }
  }
  for (const std::string& ns : std::exchange(peer_dirty_, {})) {
    const PrecedenceSet& objects = peer_authentications_[ns];
    writer.Set<FactKind::kPeerAuthentications>(ns, {objects.begin(), objects.end()});
  }
  for (const std::string& ns : std::exchange(authn_dirty_, {})) {
    const PrecedenceSet& objects = authn_policies_[ns];
    writer.Set<FactKind::kAuthnPolicies>(ns, {objects.begin(), objects.end()});
  }
  if (!std::exchange(labels_dirty_, false)) return;
  HostList labels;
  for (const auto& [label, uses] : selected_labels_) {
    if (uses > 0) labels.push_back(label);
  }
  writer.Set<FactKind::kSelectedLabels>("", std::move(labels));
}

}  // namespace binnacle::mesh
