#include "mesh/workload.h"

#include "absl/strings/str_replace.h"
#include "proto/policy/kubernetes.pb.h"

namespace binnacle::mesh {
namespace {

constexpr char kTlsModeLabel[] = "security.istio.io/tlsMode";
constexpr char kLocalityLabel[] = "istio-locality";
constexpr char kNetworkLabel[] = "topology.istio.io/network";

std::string LabelOf(const policy::Labels& labels, const std::string& key) {
  auto it = labels.find(key);
  return it == labels.end() ? "" : it->second;
}

Locality NodeLocality(const policy::Object* node) {
  Locality locality;
  if (node == nullptr) return locality;
  locality.region = LabelOf(node->labels, "topology.kubernetes.io/region");
  locality.zone = LabelOf(node->labels, "topology.kubernetes.io/zone");
  locality.subzone = LabelOf(node->labels, "topology.istio.io/subzone");
  if (locality.region.empty()) {
    locality.region = LabelOf(node->labels, "failure-domain.beta.kubernetes.io/region");
  }
  if (locality.zone.empty()) {
    locality.zone = LabelOf(node->labels, "failure-domain.beta.kubernetes.io/zone");
  }
  return locality;
}

// A label value cannot hold "/", so dots stand for it there.
void ApplyLocalityLabel(Workload& workload) {
  const std::string label = LabelOf(workload.labels, kLocalityLabel);
  if (!label.empty()) workload.locality = ParseLocality(absl::StrReplaceAll(label, {{".", "/"}}));
}

}  // namespace

std::shared_ptr<const Workload> FromPod(const policy::Object& pod, const policy::Object* node) {
  const auto& spec = pod.As<policy::v1::Pod>().spec();
  auto workload = std::make_shared<Workload>();
  workload->ns = pod.key.ns;
  workload->name = pod.key.name;
  workload->service_account = spec.service_account_name();
  if (workload->service_account.empty()) workload->service_account = spec.service_account();
  if (workload->service_account.empty()) workload->service_account = "default";
  workload->node = spec.node_name();
  workload->labels = pod.labels;
  workload->network = LabelOf(pod.labels, kNetworkLabel);
  workload->locality = NodeLocality(node);
  ApplyLocalityLabel(*workload);
  workload->tls_capable = LabelOf(pod.labels, kTlsModeLabel) == "istio";
  return workload;
}

std::shared_ptr<const Workload> FromWorkloadEntry(const policy::v1::WorkloadEntry& entry,
                                                  const policy::Object& object) {
  auto workload = std::make_shared<Workload>();
  workload->ns = object.key.ns;
  workload->name = object.key.name;
  workload->service_account = entry.service_account();
  for (const auto& [key, value] : entry.labels()) workload->labels[key] = value;
  workload->network = entry.network();
  if (workload->network.empty()) workload->network = LabelOf(workload->labels, kNetworkLabel);
  workload->locality = ParseLocality(entry.locality());
  if (entry.locality().empty()) ApplyLocalityLabel(*workload);
  const std::string mode = LabelOf(workload->labels, kTlsModeLabel);
  workload->tls_capable = mode.empty() ? !entry.service_account().empty() : mode == "istio";
  return workload;
}

std::shared_ptr<const Workload> UnknownWorkload(absl::string_view ns, const policy::Object* node) {
  auto workload = std::make_shared<Workload>();
  workload->ns = std::string(ns);
  if (node != nullptr) workload->node = node->key.name;
  workload->locality = NodeLocality(node);
  return workload;
}

std::vector<std::string> PodAddresses(const policy::Object& pod) {
  const auto& status = pod.As<policy::v1::Pod>().status();
  std::vector<std::string> addresses;
  if (HasEnded(pod)) return addresses;
  for (const auto& ip : status.pod_ips()) addresses.push_back(ip.ip());
  if (addresses.empty() && !status.pod_ip().empty()) addresses.push_back(status.pod_ip());
  return addresses;
}

bool HasEnded(const policy::Object& pod) {
  const std::string& phase = pod.As<policy::v1::Pod>().status().phase();
  return phase == "Succeeded" || phase == "Failed";
}

bool IsReady(const policy::Object& pod) {
  for (const auto& condition : pod.As<policy::v1::Pod>().status().conditions()) {
    if (condition.type() == "Ready") return condition.status() == "True";
  }
  return true;  // files written by hand rarely say
}

}  // namespace binnacle::mesh
