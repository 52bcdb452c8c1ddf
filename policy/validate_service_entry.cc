#include "policy/validate_service_entry.h"

#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "policy/export_to_rule.h"
#include "policy/host.h"
#include "policy/ip_address.h"
#include "policy/label_rule.h"
#include "policy/port_rule.h"
#include "policy/validate_workload_entry.h"

namespace binnacle::policy {
namespace {

using v1::ServiceEntry;

bool IsDns(ServiceEntry::Resolution resolution) {
  return resolution == ServiceEntry::DNS || resolution == ServiceEntry::DNS_ROUND_ROBIN;
}

void CheckHosts(const ServiceEntry& entry, const Place& spec) {
  if (entry.hosts().empty()) {
    spec.Field("hosts").Error("missing-field", "a ServiceEntry needs at least one host");
  }
  std::set<std::string> seen;
  for (int i = 0; i < entry.hosts_size(); ++i) {
    const std::string& host = entry.hosts(i);
    const Place at = spec.Field("hosts", i);
    if (host == "*") {
      at.Error("bad-host", "\"*\" would be every host there is: name them");
      continue;
    }
    if (!at.Check(CheckWildcardDomain(host))) continue;
    if (IsPartialWildcard(host)) {
      at.Warn("partial-wildcard", absl::StrCat("\"", host,
                                               "\": proxies match whole labels only, "
                                               "as in \"*.example.com\""));
    }
    if (!seen.insert(absl::AsciiStrToLower(host)).second) {
      at.Warn("duplicate-host", absl::StrCat("\"", host, "\" is listed already"));
    }
  }
}

void CheckAddresses(const ServiceEntry& entry, const Place& spec) {
  const bool blocks_allowed =
      entry.resolution() == ServiceEntry::NONE || entry.resolution() == ServiceEntry::STATIC;
  for (int i = 0; i < entry.addresses_size(); ++i) {
    const Place at = spec.Field("addresses", i);
    if (!at.Check(CheckIpAddressOrCidr(entry.addresses(i)))) continue;
    if (blocks_allowed || IsIpAddress(entry.addresses(i))) continue;
    at.Error("bad-ip", "a block of addresses needs resolution NONE or STATIC");
  }
}

void CheckOnePort(const v1::Port& port, const Place& at) {
  at.Field("number").Check(CheckPort(port.number()));
  if (port.target_port() != 0) at.Field("targetPort").Check(CheckPort(port.target_port()));
  at.Field("protocol").Check(CheckServiceProtocol(port.protocol()));
  if (port.name().empty()) {
    at.Field("name").Error("missing-field", "a port needs a name");
  } else {
    at.Field("name").Check(CheckDnsLabel(port.name()));
  }
}

void CheckPorts(const ServiceEntry& entry, const Place& spec) {
  std::set<absl::string_view> names;
  std::set<uint32_t> numbers;
  for (int i = 0; i < entry.ports_size(); ++i) {
    const v1::Port& port = entry.ports(i);
    const Place at = spec.Field("ports", i);
    CheckOnePort(port, at);
    if (!port.name().empty() && !names.insert(port.name()).second) {
      at.Field("name").Error("duplicate-name",
                             absl::StrCat("there are two ports named \"", port.name(), "\""));
    }
    if (!numbers.insert(port.number()).second) {
      at.Field("number").Error("duplicate-port",
                               absl::StrCat("port ", port.number(), " is listed already"));
    }
  }
}

// Ports whose protocol carries no host name can serve one host only.
void CheckSharedPorts(const ServiceEntry& entry, const Place& spec) {
  const bool addressless = entry.addresses().empty() && entry.resolution() == ServiceEntry::NONE;
  for (int i = 0; i < entry.ports_size(); ++i) {
    const std::string& protocol = entry.ports(i).protocol();
    if (IsHttpProtocol(protocol) || IsTlsProtocol(protocol)) continue;
    if (entry.hosts_size() > 1 && entry.resolution() != ServiceEntry::NONE) {
      spec.Field("hosts").Error(
          "exclusive-fields",
          absl::StrCat("port ", entry.ports(i).number(),
                       " carries no host name (its protocol is neither HTTP nor TLS), so that only "
                       "one host can be told by it"));
    }
    if (addressless) {
      spec.Field("ports", i)
          .Warn("no-addresses", "without addresses a TCP port takes all traffic to its number");
    }
  }
}

void CheckEndpointPorts(const ServiceEntry& entry, const v1::WorkloadEntry& endpoint,
                        const Place& at) {
  for (const auto& [name, number] : endpoint.ports()) {
    bool found = false;
    for (const v1::Port& port : entry.ports()) found = found || port.name() == name;
    if (found) continue;
    at.Entry("ports", name)
        .Error("dangling-port",
               absl::StrCat("the ServiceEntry has no port \"", name.substr(0, 80), "\""));
  }
}

void CheckStaticAddress(const v1::WorkloadEntry& endpoint, const Place& at) {
  if (endpoint.address().empty() || IsIpAddress(endpoint.address()) ||
      absl::StartsWith(endpoint.address(), "unix://")) {
    return;
  }
  at.Field("address").Error("bad-ip",
                            absl::StrCat("resolution STATIC needs IP addresses, not \"",
                                         endpoint.address().substr(0, 80), "\""),
                            "is resolution DNS meant?");
}

void CheckEndpoints(const ServiceEntry& entry, const Place& spec) {
  for (int i = 0; i < entry.endpoints_size(); ++i) {
    const v1::WorkloadEntry& endpoint = entry.endpoints(i);
    const Place at = spec.Field("endpoints", i);
    ValidateWorkloadEntry(endpoint, at);
    CheckEndpointPorts(entry, endpoint, at);
    if (entry.resolution() == ServiceEntry::STATIC) CheckStaticAddress(endpoint, at);
    if (IsDns(entry.resolution()) && absl::StartsWith(endpoint.address(), "unix://")) {
      at.Field("address").Error("bad-host", "a name to resolve is wanted, not a Unix socket");
    }
  }
}

// Without endpoints the hosts themselves are resolved.
void CheckResolvableHosts(const ServiceEntry& entry, const Place& spec) {
  if (!entry.endpoints().empty() || entry.has_workload_selector()) return;
  for (int i = 0; i < entry.hosts_size(); ++i) {
    if (!absl::StrContains(entry.hosts(i), '*')) continue;
    spec.Field("hosts", i)
        .Error("bad-host", absl::StrCat("\"", entry.hosts(i).substr(0, 80),
                                        "\" cannot be resolved: without endpoints, DNS needs "
                                        "hosts without wildcards"));
  }
}

void CheckDynamicDns(const ServiceEntry& entry, const Place& spec) {
  for (int i = 0; i < entry.hosts_size(); ++i) {
    if (absl::StartsWith(entry.hosts(i), "*.")) continue;
    spec.Field("hosts", i).Error("bad-host", "DYNAMIC_DNS is for wildcard hosts");
  }
  for (int i = 0; i < entry.ports_size(); ++i) {
    const std::string& protocol = entry.ports(i).protocol();
    if (IsHttpProtocol(protocol) || IsTlsProtocol(protocol)) continue;
    spec.Field("ports", i).Error("bad-protocol", "DYNAMIC_DNS needs an HTTP or TLS protocol");
  }
  if (entry.location() != ServiceEntry::MESH_EXTERNAL) {
    spec.Field("location").Error("excluded-field", "DYNAMIC_DNS is for MESH_EXTERNAL services");
  }
  if (!entry.addresses().empty()) {
    spec.Field("addresses").Error("excluded-field", "DYNAMIC_DNS goes without addresses");
  }
  if (!entry.endpoints().empty()) {
    spec.Field("endpoints").Error("excluded-field", "DYNAMIC_DNS goes without endpoints");
  }
}

void CheckResolution(const ServiceEntry& entry, const Place& spec) {
  switch (entry.resolution()) {
    case ServiceEntry::NONE:
      if (!entry.endpoints().empty()) {
        spec.Field("endpoints")
            .Error("excluded-field",
                   "resolution NONE goes where the caller was going: endpoints "
                   "need STATIC or DNS");
      }
      return;
    case ServiceEntry::DNS:
      return CheckResolvableHosts(entry, spec);
    case ServiceEntry::DNS_ROUND_ROBIN:
      if (entry.endpoints_size() > 1) {
        spec.Field("endpoints").Error("out-of-range", "DNS_ROUND_ROBIN has one endpoint at most");
      }
      return CheckResolvableHosts(entry, spec);
    case ServiceEntry::DYNAMIC_DNS:
      return CheckDynamicDns(entry, spec);
    default:
      return;
  }
}

}  // namespace

void ValidateServiceEntry(const ObjectKey& key, const ServiceEntry& entry, const Place& spec) {
  CheckHosts(entry, spec);
  CheckAddresses(entry, spec);
  CheckPorts(entry, spec);
  CheckSharedPorts(entry, spec);
  CheckEndpoints(entry, spec);
  CheckResolution(entry, spec);
  if (entry.has_workload_selector()) {
    const Place selector = spec.Field("workloadSelector");
    CheckSelector(entry.workload_selector().labels(), selector, "labels");
    if (!entry.endpoints().empty()) {
      selector.Error("exclusive-fields", "workloadSelector and endpoints may not be set together");
    }
  }
  CheckExportTo(entry.export_to(), key.ns, {.none_allowed = true}, spec);
}

}  // namespace binnacle::policy
