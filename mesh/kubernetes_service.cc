#include "mesh/kubernetes_service.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "proto/policy/kubernetes.pb.h"

namespace binnacle::mesh {
namespace {

constexpr absl::string_view kExportToAnnotation = "networking.istio.io/exportTo";
constexpr absl::string_view kTrafficDistribution = "networking.istio.io/traffic-distribution";

ExportTo ExportOf(const policy::Object& object, const MeshSettings& settings) {
  ExportTo fallback = ParseExportTo({settings.config.default_service_export_to().begin(),
                                     settings.config.default_service_export_to().end()},
                                    object.key.ns);
  auto it = object.annotations.find(std::string(kExportToAnnotation));
  if (it == object.annotations.end()) return fallback;
  std::vector<std::string> words;
  for (absl::string_view word : absl::StrSplit(it->second, ',', absl::SkipWhitespace())) {
    words.emplace_back(absl::StripAsciiWhitespace(word));
  }
  return ResolveExportTo(words, fallback, object.key.ns);
}

std::vector<std::string> AddressesOf(const policy::v1::Service::Spec& spec) {
  std::vector<std::string> addresses(spec.cluster_ips().begin(), spec.cluster_ips().end());
  if (addresses.empty()) addresses.push_back(spec.cluster_ip());
  std::erase_if(addresses, [](const std::string& a) { return a.empty() || a == "None"; });
  return addresses;
}

std::vector<ServicePort> PortsOf(const policy::v1::Service::Spec& spec) {
  std::vector<ServicePort> ports;
  for (const auto& port : spec.ports()) {
    const auto number = static_cast<uint32_t>(port.port());
    ports.push_back(
        {number, port.name(),
         KubernetesPortProtocol(port.protocol(), port.app_protocol(), port.name(), number)});
  }
  return ports;
}

Resolution ResolutionOf(const policy::v1::Service::Spec& spec) {
  if (spec.type() == "ExternalName") return Resolution::kDns;
  return spec.cluster_ip() == "None" ? Resolution::kPassthrough : Resolution::kStatic;
}

void SetTrafficDistribution(const policy::Object& object, const policy::v1::Service::Spec& spec,
                            Service& service) {
  std::string word = spec.traffic_distribution();
  if (auto it = object.annotations.find(std::string(kTrafficDistribution));
      it != object.annotations.end()) {
    word = it->second;
  }
  service.prefer_same_zone = word == "PreferClose" || word == "PreferSameZone";
  service.prefer_same_node = word == "PreferSameNode";
}

}  // namespace

std::string KubernetesHost(absl::string_view name, absl::string_view ns, absl::string_view domain) {
  return absl::AsciiStrToLower(absl::StrCat(name, ".", ns, ".svc.", domain));
}

std::shared_ptr<const Service> FromKubernetesService(const policy::Object& object,
                                                     const MeshSettings& settings) {
  const auto& spec = object.As<policy::v1::Service>().spec();
  auto service = std::make_shared<Service>();
  service->host = KubernetesHost(object.key.name, object.key.ns, settings.domain);
  service->ns = object.key.ns;
  service->name = object.key.name;
  service->registry = Registry::kKubernetes;
  service->resolution = ResolutionOf(spec);
  service->mesh_external = spec.type() == "ExternalName";
  service->headless = spec.cluster_ip() == "None";
  service->addresses = AddressesOf(spec);
  service->ports = PortsOf(spec);
  service->export_to = ExportOf(object, settings);
  SetTrafficDistribution(object, spec, *service);
  service->node_local = spec.internal_traffic_policy() == "Local";
  service->labels = object.labels;
  service->created = object.created;
  service->origin = object.origin;
  return service;
}

}  // namespace binnacle::mesh
