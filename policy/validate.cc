#include "policy/validate.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "policy/host.h"
#include "policy/label_rule.h"
#include "policy/place.h"
#include "policy/validate_authn_policy.h"
#include "policy/validate_destination_rule.h"
#include "policy/validate_gateway.h"
#include "policy/validate_kubernetes.h"
#include "policy/validate_peer_authentication.h"
#include "policy/validate_service_entry.h"
#include "policy/validate_virtual_service.h"
#include "policy/validate_workload_entry.h"

namespace binnacle::policy {
namespace {

constexpr size_t kLongestName = 253;

// Lower-case letters, digits, '-' and '.', with a letter or digit at both ends.
bool IsObjectName(absl::string_view name) {
  if (name.empty() || name.size() > kLongestName) return false;
  const auto is_end = [](char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c); };
  if (!is_end(name.front()) || !is_end(name.back())) return false;
  for (char c : name) {
    if (!is_end(c) && c != '-' && c != '.') return false;
  }
  return true;
}

void CheckName(const ObjectKey& key, const Place& metadata) {
  if (!IsObjectName(key.name)) {
    metadata.Field("name").Error(
        "bad-name", absl::StrCat("\"", key.name.substr(0, 80),
                                 "\" is not an object's name: at most 253 lower-case letters, "
                                 "digits, '-' and '.', with a letter or digit at both ends"));
  }
  if (!IsClusterScoped(key.kind) && !IsDnsLabel(key.ns)) {
    metadata.Field("namespace").Check(CheckDnsLabel(key.ns));
  }
}

void CheckMetadataLabels(const Labels& labels, const Place& metadata) {
  for (const auto& [key, value] : labels) {
    const Place entry = metadata.Entry("labels", key);
    if (entry.Check(CheckLabelKey(key))) entry.Check(CheckLabelValue(value));
  }
}

// Marks that only the mesh's own parts may put on an object.
void CheckAnnotations(const Labels& annotations, const Place& metadata) {
  for (const auto& [key, value] : annotations) {
    if (key == "istio.io/dry-run") {
      metadata.Entry("annotations", key)
          .Error("bad-annotation",
                 "only an AuthorizationPolicy can be tried with istio.io/dry-run");
    } else if (absl::StartsWith(key, "internal.istio.io/")) {
      metadata.Entry("annotations", key)
          .Error("bad-annotation", "annotations of internal.istio.io are not for users to set");
    }
  }
}

void ValidateKubernetesBody(const Object& object, const Place& document) {
  switch (object.key.kind) {
    case Kind::kService:
      return ValidateService(object.As<v1::Service>(), document);
    case Kind::kEndpoints:
      return ValidateEndpoints(object.As<v1::Endpoints>(), document);
    case Kind::kEndpointSlice:
      return ValidateEndpointSlice(object.As<v1::EndpointSlice>(), document);
    case Kind::kPod:
      return ValidatePod(object.As<v1::Pod>(), document);
    default:
      return;  // nothing in these can hurt a mesh
  }
}

void ValidateSpec(const Object& object, const Place& metadata, const Place& spec) {
  switch (object.key.kind) {
    case Kind::kGateway:
      return ValidateGateway(object.key, object.As<v1::Gateway>(), metadata, spec);
    case Kind::kVirtualService:
      return ValidateVirtualService(object.key, object.As<v1::VirtualService>(), spec);
    case Kind::kDestinationRule:
      return ValidateDestinationRule(object.key, object.As<v1::DestinationRule>(), spec);
    case Kind::kServiceEntry:
      return ValidateServiceEntry(object.key, object.As<v1::ServiceEntry>(), spec);
    case Kind::kWorkloadEntry:
      return ValidateWorkloadEntry(object.As<v1::WorkloadEntry>(), spec);
    case Kind::kPeerAuthentication:
      return ValidatePeerAuthentication(object.As<v1::PeerAuthentication>(), spec);
    case Kind::kMeshPolicy:
      return ValidateMeshPolicy(object.key, object.As<v1::MeshPolicy>(), metadata, spec);
    case Kind::kPolicy:
      return ValidateAuthnPolicy(object.key, object.As<v1::Policy>(), metadata, spec);
    default:
      return;
  }
}

}  // namespace

void Validate(const Object& object, const ParseOptions&, Report& report) {
  const Place metadata("metadata", report);
  CheckName(object.key, metadata);
  CheckMetadataLabels(object.labels, metadata);
  if (object.body == nullptr) return;
  if (IsKubernetesKind(object.key.kind)) {
    ValidateKubernetesBody(object, Place("", report));
    return;
  }
  CheckAnnotations(object.annotations, metadata);
  ValidateSpec(object, metadata, Place("spec", report));
}

}  // namespace binnacle::policy
