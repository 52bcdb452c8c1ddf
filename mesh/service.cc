#include "mesh/service.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace binnacle::mesh {

const ServicePort* Service::FindPort(uint32_t number) const {
  for (const ServicePort& port : ports) {
    if (port.number == number) return &port;
  }
  return nullptr;
}

const ServicePort* Service::FindTcpPort(uint32_t number) const {
  for (const ServicePort& port : ports) {
    if (port.number == number && port.protocol != Protocol::kUdp) return &port;
  }
  return nullptr;
}

std::string Service::FactName() const {
  if (registry == Registry::kKubernetes) return absl::StrCat(ns, "/", host);
  return absl::StrCat(ns, "/", host, "/", name);
}

Locality ParseLocality(absl::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits('/', 2));
  Locality locality;
  locality.region = parts[0];
  if (parts.size() > 1) locality.zone = parts[1];
  if (parts.size() > 2) locality.subzone = parts[2];
  return locality;
}

std::string ToString(const Locality& locality) {
  std::string text = locality.region;
  if (!locality.zone.empty()) absl::StrAppend(&text, "/", locality.zone);
  if (!locality.subzone.empty()) absl::StrAppend(&text, "/", locality.subzone);
  return text;
}

}  // namespace binnacle::mesh
