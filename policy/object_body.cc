#include "policy/object_body.h"

#include "proto/policy/authn_policy.pb.h"
#include "proto/policy/destination_rule.pb.h"
#include "proto/policy/gateway.pb.h"
#include "proto/policy/kubernetes.pb.h"
#include "proto/policy/mesh_policy.pb.h"
#include "proto/policy/peer_authentication.pb.h"
#include "proto/policy/service_entry.pb.h"
#include "proto/policy/virtual_service.pb.h"
#include "proto/policy/workload_entry.pb.h"

namespace binnacle::policy {

std::unique_ptr<google::protobuf::Message> NewBody(Kind kind) {
  switch (kind) {
    case Kind::kGateway:
      return std::make_unique<v1::Gateway>();
    case Kind::kVirtualService:
      return std::make_unique<v1::VirtualService>();
    case Kind::kDestinationRule:
      return std::make_unique<v1::DestinationRule>();
    case Kind::kServiceEntry:
      return std::make_unique<v1::ServiceEntry>();
    case Kind::kWorkloadEntry:
      return std::make_unique<v1::WorkloadEntry>();
    case Kind::kPeerAuthentication:
      return std::make_unique<v1::PeerAuthentication>();
    case Kind::kMeshPolicy:
      return std::make_unique<v1::MeshPolicy>();
    case Kind::kPolicy:
      return std::make_unique<v1::Policy>();
    case Kind::kService:
      return std::make_unique<v1::Service>();
    case Kind::kEndpoints:
      return std::make_unique<v1::Endpoints>();
    case Kind::kEndpointSlice:
      return std::make_unique<v1::EndpointSlice>();
    case Kind::kPod:
      return std::make_unique<v1::Pod>();
    case Kind::kNamespace:
      return std::make_unique<v1::Namespace>();
    case Kind::kNode:
      return std::make_unique<v1::Node>();
    case Kind::kSecret:
      return std::make_unique<v1::Secret>();
    case Kind::kConfigMap:
      return std::make_unique<v1::ConfigMap>();
    case Kind::kServiceAccount:
      return std::make_unique<v1::ServiceAccount>();
  }
  return nullptr;
}

}  // namespace binnacle::policy
