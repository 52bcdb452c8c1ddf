#include "policy/validate_kubernetes.h"

#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/host.h"
#include "policy/ip_address.h"
#include "policy/port_rule.h"

namespace binnacle::policy {
namespace {

void CheckClusterIp(const std::string& ip, const Place& at) {
  if (ip.empty() || ip == "None") return;
  at.Check(CheckIpAddress(ip));
}

void CheckServicePort(const v1::Service::Port& port, const Place& at) {
  at.Field("port").Check(CheckPort(port.port()));
  if (port.target_port().kind_case() == google::protobuf::Value::kNumberValue) {
    const double number = port.target_port().number_value();
    const bool in_range = number >= 1 && number <= 65535;  // also false for NaN
    at.Field("targetPort").Check(CheckPort(in_range ? static_cast<int64_t>(number) : 0));
  }
}

void CheckServicePorts(const v1::Service::Spec& service, const Place& spec) {
  std::set<absl::string_view> names;
  std::set<std::pair<int32_t, std::string>> numbers;
  for (int i = 0; i < service.ports_size(); ++i) {
    const auto& port = service.ports(i);
    const Place at = spec.Field("ports", i);
    CheckServicePort(port, at);
    if (port.name().empty() && service.ports_size() > 1) {
      at.Field("name").Error("missing-field", "where there are several ports, each needs a name");
    } else if (!names.insert(port.name()).second) {
      at.Field("name").Error("duplicate-name", absl::StrCat("there are two ports named \"",
                                                            port.name().substr(0, 80), "\""));
    }
    const std::string protocol = port.protocol().empty() ? "TCP" : port.protocol();
    if (!numbers.insert({port.port(), protocol}).second) {
      at.Field("port").Error("duplicate-port", absl::StrCat("port ", port.port(), "/", protocol,
                                                            " is listed already"));
    }
  }
}

void CheckSubset(const v1::Endpoints::Subset& subset, const Place& at) {
  for (int i = 0; i < subset.addresses_size(); ++i) {
    const Place address = at.Field("addresses", i);
    address.Field("ip").Check(CheckIpAddress(subset.addresses(i).ip()));
  }
  for (int i = 0; i < subset.not_ready_addresses_size(); ++i) {
    const Place address = at.Field("notReadyAddresses", i);
    address.Field("ip").Check(CheckIpAddress(subset.not_ready_addresses(i).ip()));
  }
  for (int i = 0; i < subset.ports_size(); ++i) {
    const Place port = at.Field("ports", i);
    port.Field("port").Check(CheckPort(subset.ports(i).port()));
  }
}

void CheckSliceEndpoint(const v1::EndpointSlice::Endpoint& endpoint, bool names, const Place& at) {
  if (endpoint.addresses().empty()) {
    at.Field("addresses").Error("missing-field", "an endpoint needs an address");
  }
  for (int i = 0; i < endpoint.addresses_size(); ++i) {
    at.Field("addresses", i)
        .Check(names ? CheckFqdn(endpoint.addresses(i)) : CheckIpAddress(endpoint.addresses(i)));
  }
}

}  // namespace

void ValidateService(const v1::Service& service, const Place& document) {
  const Place spec = document.Field("spec");
  CheckClusterIp(service.spec().cluster_ip(), spec.Field("clusterIP"));
  for (int i = 0; i < service.spec().cluster_ips_size(); ++i) {
    CheckClusterIp(service.spec().cluster_ips(i), spec.Field("clusterIPs", i));
  }
  for (int i = 0; i < service.spec().external_ips_size(); ++i) {
    spec.Field("externalIPs", i).Check(CheckIpAddress(service.spec().external_ips(i)));
  }
  if (service.spec().type() == "ExternalName") {
    spec.Field("externalName").Check(CheckFqdn(service.spec().external_name()));
  }
  CheckServicePorts(service.spec(), spec);
}

void ValidateEndpoints(const v1::Endpoints& endpoints, const Place& document) {
  for (int i = 0; i < endpoints.subsets_size(); ++i) {
    CheckSubset(endpoints.subsets(i), document.Field("subsets", i));
  }
}

void ValidateEndpointSlice(const v1::EndpointSlice& slice, const Place& document) {
  const std::string& type = slice.address_type();
  if (type != "IPv4" && type != "IPv6" && type != "FQDN") {
    document.Field("addressType")
        .Error("bad-enum", absl::StrCat("\"", type.substr(0, 80),
                                        "\" is not an address type; allowed are IPv4, IPv6, FQDN"));
    return;
  }
  for (int i = 0; i < slice.endpoints_size(); ++i) {
    CheckSliceEndpoint(slice.endpoints(i), type == "FQDN", document.Field("endpoints", i));
  }
  for (int i = 0; i < slice.ports_size(); ++i) {
    if (!slice.ports(i).has_port()) continue;  // every port
    const Place port = document.Field("ports", i);
    port.Field("port").Check(CheckPort(slice.ports(i).port()));
  }
}

void ValidatePod(const v1::Pod& pod, const Place& document) {
  const Place status = document.Field("status");
  if (!pod.status().pod_ip().empty()) {
    status.Field("podIP").Check(CheckIpAddress(pod.status().pod_ip()));
  }
  for (int i = 0; i < pod.status().pod_ips_size(); ++i) {
    const Place entry = status.Field("podIPs", i);
    entry.Field("ip").Check(CheckIpAddress(pod.status().pod_ips(i).ip()));
  }
  const Place spec = document.Field("spec");
  for (int i = 0; i < pod.spec().containers_size(); ++i) {
    const Place container = spec.Field("containers", i);
    for (int j = 0; j < pod.spec().containers(i).ports_size(); ++j) {
      const Place port = container.Field("ports", j);
      port.Field("containerPort")
          .Check(CheckPort(pod.spec().containers(i).ports(j).container_port()));
    }
  }
}

}  // namespace binnacle::policy
