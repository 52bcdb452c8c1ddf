#include "translator/peer_authentication.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "mesh/lookup.h"
#include "proto/policy/authn_policy.pb.h"
#include "proto/policy/mesh_policy.pb.h"
#include "proto/policy/peer_authentication.pb.h"

namespace binnacle::translator {

using policy::v1::AuthnMutualTls;
using policy::v1::AuthnPortSelector;
using policy::v1::MeshPolicy;
using policy::v1::PeerAuthentication;
using policy::v1::PeerAuthenticationMethod;
using policy::v1::Policy;
using policy::v1::TargetSelector;

namespace {

using Peers = google::protobuf::RepeatedPtrField<PeerAuthenticationMethod>;

// The first method that is mutual TLS counts; one that says nothing means it.
const PeerAuthenticationMethod* FindMutualTls(const Peers& peers) {
  for (const auto& peer : peers) {
    if (peer.params_case() != PeerAuthenticationMethod::kJwt) return &peer;
  }
  return nullptr;
}

// A policy of 2018 without mutual TLS takes plaintext only.
InboundAuthentication FromPeers(const Peers& peers, bool peer_is_optional,
                                const policy::Object& object) {
  const PeerAuthenticationMethod* method = FindMutualTls(peers);
  if (method == nullptr) return {MutualTlsMode::kDisable, true, &object};
  InboundAuthentication result;
  result.policy = &object;
  result.mode = method->mtls().mode() == AuthnMutualTls::STRICT && !peer_is_optional
                    ? MutualTlsMode::kStrict
                    : MutualTlsMode::kPermissive;
  result.certificate_required = !method->mtls().allow_tls();
  return result;
}

enum class Target { kNo, kService, kPort };

bool NamesPort(const AuthnPortSelector& selector, const mesh::ServicePort& port) {
  return selector.has_number() ? selector.number() == port.number : selector.name() == port.name;
}

// A target is the short name of a host: a ServiceEntry of that name, but for
// another host, is not meant.
bool NamesService(const TargetSelector& target, const mesh::Service& service,
                  absl::string_view domain) {
  return service.host == absl::StrCat(target.name(), ".", service.ns, ".svc.", domain);
}

Target TargetOf(const Policy& policy, const mesh::Service& service, const mesh::ServicePort& port,
                absl::string_view domain) {
  Target found = Target::kNo;
  for (const TargetSelector& target : policy.targets()) {
    if (!NamesService(target, service, domain)) continue;
    if (target.ports().empty()) found = Target::kService;
    for (const AuthnPortSelector& selector : target.ports()) {
      if (NamesPort(selector, port)) return Target::kPort;
    }
  }
  return found;
}

// In one namespace: a policy that names the port, else the service, else the
// one without targets.
const policy::Object* FindPolicy(mesh::View& view, const std::string& ns,
                                 const mesh::Service* service, const mesh::ServicePort* port) {
  const auto* policies = view.Find<mesh::FactKind::kAuthnPolicies>(ns);
  if (policies == nullptr) return nullptr;
  const policy::Object* for_service = nullptr;
  const policy::Object* for_all = nullptr;
  for (const auto& object : *policies) {
    const Policy& policy = object->As<Policy>();
    if (policy.targets().empty()) {
      if (for_all == nullptr) for_all = object.get();
      continue;
    }
    if (service == nullptr || service->ns != ns) continue;
    const Target target = TargetOf(policy, *service, *port, view.settings().domain);
    if (target == Target::kPort) return object.get();
    if (target == Target::kService && for_service == nullptr) for_service = object.get();
  }
  return for_service != nullptr ? for_service : for_all;
}

policy::Labels SelectorOf(const PeerAuthentication& policy) {
  const auto& labels = policy.selector().match_labels();
  return {labels.begin(), labels.end()};
}

}  // namespace

std::optional<InboundAuthentication> AuthenticationOf2018(mesh::View& view, const std::string& ns,
                                                          const mesh::Service* service,
                                                          const mesh::ServicePort* port) {
  if (const policy::Object* object = FindPolicy(view, ns, service, port)) {
    const Policy& policy = object->As<Policy>();
    return FromPeers(policy.peers(), policy.peer_is_optional(), *object);
  }
  const auto* of_mesh = view.Find<mesh::FactKind::kAuthnPolicies>("");
  if (of_mesh == nullptr || of_mesh->empty()) return std::nullopt;
  const MeshPolicy& policy = of_mesh->front()->As<MeshPolicy>();
  return FromPeers(policy.peers(), policy.peer_is_optional(), *of_mesh->front());
}

InboundAuthentication AuthenticationAt(mesh::View& view, const std::string& ns,
                                       const policy::Labels& workload_labels, uint32_t port,
                                       const mesh::Service* service,
                                       const mesh::ServicePort* service_port) {
  if (const auto decided = DecidedAtWorkload(view, ns, workload_labels, port)) {
    return {decided->mode, true, decided->policy};
  }
  return AuthenticationOf2018(view, ns, service, service_port).value_or(InboundAuthentication{});
}

InboundAuthentication AuthenticationAt(mesh::View& view, const ProxyClass& proxy, uint32_t port,
                                       const mesh::Service* service,
                                       const mesh::ServicePort* service_port, Origins& origins) {
  const auto authentication =
      AuthenticationAt(view, proxy.ns, proxy.labels, port, service, service_port);
  if (authentication.policy != nullptr) origins.push_back(authentication.policy->origin);
  return authentication;
}

std::vector<uint32_t> PortsWithOwnMode(mesh::View& view, const ProxyClass& proxy) {
  std::vector<uint32_t> ports;
  const auto* policies = view.Find<mesh::FactKind::kPeerAuthentications>(proxy.ns);
  if (policies == nullptr || proxy.ns == view.settings().config.root_namespace()) return ports;
  for (const auto& object : *policies) {
    const auto& policy = object->As<PeerAuthentication>();
    const policy::Labels selector = SelectorOf(policy);
    if (selector.empty() || !mesh::Selects(selector, proxy.labels)) continue;
    for (const auto& [port, mode] : policy.port_level_mtls()) ports.push_back(port);
    break;
  }
  std::sort(ports.begin(), ports.end());
  return ports;
}

}  // namespace binnacle::translator
