#include "mesh/service_entry.h"

#include "absl/strings/ascii.h"
#include "proto/policy/service_entry.pb.h"

namespace binnacle::mesh {
namespace {

using policy::v1::ServiceEntry;

Resolution ResolutionOf(const ServiceEntry& entry) {
  switch (entry.resolution()) {
    case ServiceEntry::STATIC:
      return Resolution::kStatic;
    case ServiceEntry::DNS:
      return Resolution::kDns;
    case ServiceEntry::DNS_ROUND_ROBIN:
      return Resolution::kDnsRoundRobin;
    case ServiceEntry::DYNAMIC_DNS:
      return Resolution::kDynamicDns;
    default:
      return Resolution::kPassthrough;
  }
}

}  // namespace

std::vector<std::shared_ptr<const Service>> FromServiceEntry(const policy::Object& object,
                                                             const MeshSettings& settings) {
  const auto& entry = object.As<ServiceEntry>();
  Service service;
  service.ns = object.key.ns;
  service.name = object.key.name;
  service.registry = Registry::kServiceEntry;
  service.resolution = ResolutionOf(entry);
  service.mesh_external = entry.location() == ServiceEntry::MESH_EXTERNAL;
  service.addresses.assign(entry.addresses().begin(), entry.addresses().end());
  for (const auto& port : entry.ports()) {
    service.ports.push_back({port.number(), port.name(), ParseProtocol(port.protocol())});
  }
  const auto& fallback = settings.config.default_service_export_to();
  service.export_to = ResolveExportTo(
      entry.export_to(), ParseExportTo({fallback.begin(), fallback.end()}, object.key.ns),
      object.key.ns);
  service.subject_alt_names.assign(entry.subject_alt_names().begin(),
                                   entry.subject_alt_names().end());
  service.labels = object.labels;
  service.created = object.created;
  service.origin = object.origin;

  std::vector<std::shared_ptr<const Service>> services;
  for (const std::string& host : entry.hosts()) {
    service.host = absl::AsciiStrToLower(host);
    services.push_back(std::make_shared<const Service>(service));
  }
  return services;
}

}  // namespace binnacle::mesh
