// mesh/object_index.h
//
// Objects that are looked up as they are: keeps the facts kGateways, kSecret,
// kConfigMap, kPeerAuthentications, kAuthnPolicies and kSelectedLabels.
//
// Threads  belongs to the thread that owns the Store.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "mesh/fact_writer.h"
#include "mesh/gateway_list.h"
#include "mesh/precedence.h"
#include "policy/object.h"

namespace binnacle::mesh {

class ObjectIndex {
 public:
  // `before` and `now` may be nullptr, not both.
  void Change(const ObjectPtr& before, const ObjectPtr& now);
  void Derive(FactWriter& writer);

 private:
  void Count(const policy::Object& object, int by);

  std::map<ObjectPtr, std::shared_ptr<const ListedGateway>, ByPrecedence> gateways_;
  bool gateways_dirty_ = true;
  std::map<policy::ObjectKey, ObjectPtr> changed_;  // Secrets and ConfigMaps
  std::map<std::string, PrecedenceSet> peer_authentications_;
  std::set<std::string> peer_dirty_;
  std::map<std::string, PrecedenceSet> authn_policies_;
  std::set<std::string> authn_dirty_;
  std::map<std::string, int> selected_labels_;  // label key -> uses
  bool labels_dirty_ = true;
};

}  // namespace binnacle::mesh
