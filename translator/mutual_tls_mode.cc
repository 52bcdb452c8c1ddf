#include "translator/mutual_tls_mode.h"

#include <optional>

#include "proto/policy/peer_authentication.pb.h"

namespace binnacle::translator {
namespace {

using policy::v1::PeerAuthentication;
using Mode = PeerAuthentication::MutualTls::Mode;

std::optional<MutualTlsMode> Decided(Mode mode) {
  switch (mode) {
    case PeerAuthentication::MutualTls::DISABLE:
      return MutualTlsMode::kDisable;
    case PeerAuthentication::MutualTls::PERMISSIVE:
      return MutualTlsMode::kPermissive;
    case PeerAuthentication::MutualTls::STRICT:
      return MutualTlsMode::kStrict;
    default:
      return std::nullopt;
  }
}

bool HasSelector(const PeerAuthentication& policy) {
  return policy.selector().match_labels_size() > 0;
}

bool SelectsWorkload(const PeerAuthentication& policy, const policy::Labels& labels) {
  for (const auto& [key, value] : policy.selector().match_labels()) {
    auto it = labels.find(key);
    if (it == labels.end() || it->second != value) return false;
  }
  return true;
}

// The first policy of the namespace that fits; they stand in order of
// precedence, so the oldest decides even if it leaves the mode open.
template <typename Fits>
const policy::Object* FirstPolicy(mesh::View& view, absl::string_view ns, Fits fits) {
  const auto* policies = view.Find<mesh::FactKind::kPeerAuthentications>(ns);
  if (policies == nullptr) return nullptr;
  for (const auto& object : *policies) {
    if (fits(object->As<PeerAuthentication>())) return object.get();
  }
  return nullptr;
}

std::optional<DecidedMode> ScopeMode(mesh::View& view, absl::string_view ns) {
  const auto* object =
      FirstPolicy(view, ns, [](const PeerAuthentication& policy) { return !HasSelector(policy); });
  if (object == nullptr) return std::nullopt;
  const auto mode = Decided(object->As<PeerAuthentication>().mtls().mode());
  if (!mode.has_value()) return std::nullopt;
  return DecidedMode{*mode, object};
}

std::optional<DecidedMode> NamespaceMode(mesh::View& view, absl::string_view ns) {
  if (const auto decided = ScopeMode(view, ns)) return decided;
  const std::string& root = view.settings().config.root_namespace();
  return ns == root ? std::nullopt : ScopeMode(view, root);
}

std::optional<MutualTlsMode> WorkloadMode(const PeerAuthentication& policy, uint32_t port) {
  auto it = policy.port_level_mtls().find(port);
  if (it != policy.port_level_mtls().end()) {
    if (const auto mode = Decided(it->second.mode())) return mode;
  }
  return Decided(policy.mtls().mode());
}

}  // namespace

MutualTlsMode ModeOfNamespace(mesh::View& view, absl::string_view ns, Origins& origins) {
  const auto decided = NamespaceMode(view, ns);
  if (!decided.has_value()) return MutualTlsMode::kPermissive;
  origins.push_back(decided->policy->origin);
  return decided->mode;
}

std::optional<DecidedMode> DecidedAtWorkload(mesh::View& view, absl::string_view ns,
                                             const policy::Labels& workload_labels, uint32_t port) {
  // A policy with a selector in the root namespace is no policy at all.
  const policy::Object* own = nullptr;
  if (ns != view.settings().config.root_namespace()) {
    own = FirstPolicy(view, ns, [&](const PeerAuthentication& policy) {
      return HasSelector(policy) && SelectsWorkload(policy, workload_labels);
    });
  }
  if (own != nullptr) {
    if (const auto mode = WorkloadMode(own->As<PeerAuthentication>(), port)) {
      return DecidedMode{*mode, own};
    }
  }
  return NamespaceMode(view, ns);
}

}  // namespace binnacle::translator
