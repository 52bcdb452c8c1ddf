#include "mesh/selected_labels.h"

#include "absl/strings/str_split.h"
#include "proto/policy/destination_rule.pb.h"
#include "proto/policy/gateway.pb.h"
#include "proto/policy/kubernetes.pb.h"
#include "proto/policy/peer_authentication.pb.h"
#include "proto/policy/virtual_service.pb.h"

namespace binnacle::mesh {
namespace {

template <typename Map>
void AddKeys(const Map& labels, std::set<std::string>& keys) {
  for (const auto& [key, value] : labels) keys.insert(key);
}

void AddPriorities(const policy::v1::TrafficPolicy& policy, std::set<std::string>& keys) {
  for (const std::string& label :
       policy.load_balancer().locality_lb_setting().failover_priority()) {
    keys.insert(std::string(label.substr(0, label.find('='))));
  }
  for (const auto& port : policy.port_level_settings()) {
    for (const std::string& label :
         port.load_balancer().locality_lb_setting().failover_priority()) {
      keys.insert(std::string(label.substr(0, label.find('='))));
    }
  }
}

void AddRule(const policy::v1::DestinationRule& rule, std::set<std::string>& keys) {
  AddKeys(rule.workload_selector().match_labels(), keys);
  AddPriorities(rule.traffic_policy(), keys);
  for (const auto& subset : rule.subsets()) AddPriorities(subset.traffic_policy(), keys);
}

void AddRoutes(const policy::v1::VirtualService& routes, std::set<std::string>& keys) {
  auto add = [&](const auto& list) {
    for (const auto& route : list) {
      for (const auto& match : route.match()) AddKeys(match.source_labels(), keys);
    }
  };
  add(routes.http());
  add(routes.tls());
  add(routes.tcp());
}

// Its endpoints are chosen by the node that the client runs on.
bool DependsOnNode(const policy::Object& object) {
  const auto& spec = object.As<policy::v1::Service>().spec();
  auto annotation = object.annotations.find("networking.istio.io/traffic-distribution");
  return spec.internal_traffic_policy() == "Local" ||
         spec.traffic_distribution() == "PreferSameNode" ||
         (annotation != object.annotations.end() && annotation->second == "PreferSameNode");
}

}  // namespace

std::set<std::string> SelectedLabels(const policy::Object& object) {
  std::set<std::string> keys;
  switch (object.key.kind) {
    case policy::Kind::kGateway:
      AddKeys(object.As<policy::v1::Gateway>().selector(), keys);
      break;
    case policy::Kind::kDestinationRule:
      AddRule(object.As<policy::v1::DestinationRule>(), keys);
      break;
    case policy::Kind::kVirtualService:
      AddRoutes(object.As<policy::v1::VirtualService>(), keys);
      break;
    case policy::Kind::kService:
      if (DependsOnNode(object)) keys.insert("kubernetes.io/hostname");
      break;
    case policy::Kind::kPeerAuthentication:
      AddKeys(object.As<policy::v1::PeerAuthentication>().selector().match_labels(), keys);
      break;
    default:
      break;
  }
  return keys;
}

}  // namespace binnacle::mesh
