#include "mesh/service_endpoints.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "mesh/lookup.h"
#include "mesh/workload.h"
#include "proto/policy/kubernetes.pb.h"
#include "proto/policy/service_entry.pb.h"

namespace binnacle::mesh {
namespace {

using policy::Kind;
using ObjectPtr = EndpointSources::ObjectPtr;

policy::Labels ToLabels(const google::protobuf::Map<std::string, std::string>& map) {
  return {map.begin(), map.end()};
}

// What is known of the workload at an address that an EndpointSlice or an
// Endpoints object lists.
struct Listed {
  std::shared_ptr<const Workload> workload;
  std::string hostname;
};

Listed Identify(const std::string& address, const policy::v1::ObjectReference& target,
                const std::string& node_name, const std::string& ns,
                const EndpointSources& sources) {
  ObjectPtr pod;
  if (target.kind() == "Pod") pod = sources.find({Kind::kPod, ns, target.name()});
  if (pod == nullptr) pod = sources.pod_at(address);
  std::string node = node_name;
  if (pod != nullptr && node.empty()) node = pod->As<policy::v1::Pod>().spec().node_name();
  const ObjectPtr node_object = node.empty() ? nullptr : sources.find({Kind::kNode, "", node});
  if (pod == nullptr) return {UnknownWorkload(ns, node_object.get()), ""};
  return {FromPod(*pod, node_object.get()), pod->As<policy::v1::Pod>().spec().hostname()};
}

Health HealthOf(const policy::v1::EndpointSlice::Conditions& conditions) {
  if (!conditions.has_ready() || conditions.ready()) return Health::kHealthy;
  if (conditions.serving() && conditions.terminating()) return Health::kDraining;
  return Health::kUnhealthy;
}

// The workload's port for each service port: slices name theirs alike.
template <typename Ports>
std::vector<uint32_t> MatchPorts(const Service& service, const Ports& listed) {
  std::vector<uint32_t> ports;
  for (const ServicePort& wanted : service.ports) {
    auto it = std::find_if(listed.begin(), listed.end(),
                           [&](const auto& port) { return port.name() == wanted.name; });
    // A service with a single, unnamed port may be listed under any name.
    if (it == listed.end() && service.ports.size() == 1 && listed.size() == 1) it = listed.begin();
    ports.push_back(it == listed.end() ? 0 : static_cast<uint32_t>(it->port()));
  }
  return ports;
}

void FromSlice(const Service& service, const policy::v1::EndpointSlice& slice,
               bool publish_not_ready, const EndpointSources& sources,
               std::vector<Endpoint>& endpoints) {
  const std::vector<uint32_t> ports = MatchPorts(service, slice.ports());
  for (const auto& listed : slice.endpoints()) {
    Health health = HealthOf(listed.conditions());
    if (health == Health::kUnhealthy && publish_not_ready) health = Health::kHealthy;
    for (const std::string& address : listed.addresses()) {
      Listed known =
          Identify(address, listed.target_ref(), listed.node_name(), service.ns, sources);
      std::string hostname = listed.hostname().empty() ? known.hostname : listed.hostname();
      endpoints.push_back(
          {address, ports, 1, health, std::move(known.workload), std::move(hostname)});
    }
  }
}

void FromEndpoints(const Service& service, const policy::v1::Endpoints& object,
                   bool publish_not_ready, const EndpointSources& sources,
                   std::vector<Endpoint>& endpoints) {
  for (const auto& subset : object.subsets()) {
    const std::vector<uint32_t> ports = MatchPorts(service, subset.ports());
    auto add = [&](const policy::v1::Endpoints::Address& listed, Health health) {
      Listed known =
          Identify(listed.ip(), listed.target_ref(), listed.node_name(), service.ns, sources);
      std::string hostname = listed.hostname().empty() ? known.hostname : listed.hostname();
      endpoints.push_back(
          {listed.ip(), ports, 1, health, std::move(known.workload), std::move(hostname)});
    };
    for (const auto& address : subset.addresses()) add(address, Health::kHealthy);
    for (const auto& address : subset.not_ready_addresses()) {
      add(address, publish_not_ready ? Health::kHealthy : Health::kUnhealthy);
    }
  }
}

uint32_t ContainerPort(const policy::v1::Pod& pod, const std::string& name) {
  for (const auto& container : pod.spec().containers()) {
    for (const auto& port : container.ports()) {
      if (port.name() == name) return static_cast<uint32_t>(port.container_port());
    }
  }
  return 0;
}

uint32_t TargetPort(const policy::v1::Service::Port& port, const policy::v1::Pod& pod) {
  const auto& target = port.target_port();
  if (target.kind_case() == google::protobuf::Value::kNumberValue && target.number_value() > 0) {
    return static_cast<uint32_t>(target.number_value());
  }
  if (target.kind_case() != google::protobuf::Value::kStringValue) {
    return static_cast<uint32_t>(port.port());
  }
  uint32_t number = 0;
  if (absl::SimpleAtoi(target.string_value(), &number)) return number;
  return ContainerPort(pod, target.string_value());
}

void FromSelectedPods(const policy::v1::Service::Spec& spec, const std::string& ns,
                      const EndpointSources& sources, std::vector<Endpoint>& endpoints) {
  if (spec.selector().empty()) return;
  const policy::Labels selector = ToLabels(spec.selector());
  for (const ObjectPtr& object : sources.pods_for(ns, selector)) {
    if (!Selects(selector, object->labels)) continue;
    const bool listed = IsReady(*object) || spec.publish_not_ready_addresses();
    const auto& pod = object->As<policy::v1::Pod>();
    const auto node = sources.find({Kind::kNode, "", pod.spec().node_name()});
    std::vector<uint32_t> ports;
    for (const auto& port : spec.ports()) ports.push_back(TargetPort(port, pod));
    for (const std::string& address : PodAddresses(*object)) {
      endpoints.push_back({address, ports, 1, listed ? Health::kHealthy : Health::kUnhealthy,
                           FromPod(*object, node.get()), pod.spec().hostname()});
    }
  }
}

// The order in which objects arrived must not show.
std::vector<Endpoint> Ordered(std::vector<Endpoint> endpoints) {
  auto less = [](const Endpoint& a, const Endpoint& b) {
    return std::tie(a.address, a.ports) < std::tie(b.address, b.ports);
  };
  std::stable_sort(endpoints.begin(), endpoints.end(), less);
  // While endpoints move between slices, one may be listed twice.
  auto same = [](const Endpoint& a, const Endpoint& b) {
    return a.address == b.address && a.ports == b.ports;
  };
  endpoints.erase(std::unique(endpoints.begin(), endpoints.end(), same), endpoints.end());
  return endpoints;
}

Endpoint FromEntry(const policy::v1::WorkloadEntry& workload, const policy::Object& holder,
                   const policy::v1::ServiceEntry& entry) {
  Endpoint endpoint;
  endpoint.address = workload.address();
  endpoint.weight = workload.weight() == 0 ? 1 : workload.weight();
  endpoint.workload = FromWorkloadEntry(workload, holder);
  for (const auto& port : entry.ports()) {
    uint32_t number = port.target_port() != 0 ? port.target_port() : port.number();
    if (auto it = workload.ports().find(port.name()); it != workload.ports().end()) {
      number = it->second;
    }
    endpoint.ports.push_back(number);
  }
  return endpoint;
}

void FromSelectedWorkloads(const policy::v1::ServiceEntry& entry, const std::string& ns,
                           const EndpointSources& sources, std::vector<Endpoint>& endpoints) {
  const policy::Labels selector = ToLabels(entry.workload_selector().labels());
  for (const ObjectPtr& object : sources.workload_entries_in(ns)) {
    const auto& workload = object->As<policy::v1::WorkloadEntry>();
    if (Selects(selector, ToLabels(workload.labels()))) {
      endpoints.push_back(FromEntry(workload, *object, entry));
    }
  }
  for (const ObjectPtr& object : sources.pods_for(ns, selector)) {
    if (!Selects(selector, object->labels)) continue;
    const Health health = IsReady(*object) ? Health::kHealthy : Health::kUnhealthy;
    const auto& pod = object->As<policy::v1::Pod>();
    const auto node = sources.find({Kind::kNode, "", pod.spec().node_name()});
    std::vector<uint32_t> ports;
    for (const auto& port : entry.ports()) {
      ports.push_back(port.target_port() != 0 ? port.target_port() : port.number());
    }
    for (const std::string& address : PodAddresses(*object)) {
      endpoints.push_back(
          {address, ports, 1, health, FromPod(*object, node.get()), pod.spec().hostname()});
    }
  }
}

// A DNS service without endpoints is its own endpoint.
void FromHost(const Service& service, const policy::v1::ServiceEntry& entry,
              const policy::Object& declaring, std::vector<Endpoint>& endpoints) {
  policy::v1::WorkloadEntry self;
  self.set_address(service.host);
  endpoints.push_back(FromEntry(self, declaring, entry));
}

}  // namespace

std::vector<Endpoint> KubernetesEndpoints(const Service& service, const policy::Object& declaring,
                                          const EndpointSources& sources) {
  const auto& spec = declaring.As<policy::v1::Service>().spec();
  std::vector<Endpoint> endpoints;
  if (spec.type() == "ExternalName") {
    std::vector<uint32_t> ports;
    for (const ServicePort& port : service.ports) ports.push_back(port.number);
    endpoints.push_back({spec.external_name(), ports, 1, Health::kHealthy,
                         UnknownWorkload(service.ns, nullptr), ""});
    return endpoints;
  }
  const bool all = spec.publish_not_ready_addresses();
  const auto slices = sources.slices(declaring.key);
  for (const ObjectPtr& slice : slices) {
    FromSlice(service, slice->As<policy::v1::EndpointSlice>(), all, sources, endpoints);
  }
  if (!slices.empty()) return Ordered(std::move(endpoints));
  const auto listed = sources.find({Kind::kEndpoints, declaring.key.ns, declaring.key.name});
  if (listed != nullptr) {
    FromEndpoints(service, listed->As<policy::v1::Endpoints>(), all, sources, endpoints);
  } else {
    FromSelectedPods(spec, declaring.key.ns, sources, endpoints);
  }
  return Ordered(std::move(endpoints));
}

std::vector<Endpoint> ServiceEntryEndpoints(const Service& service, const policy::Object& declaring,
                                            const EndpointSources& sources) {
  const auto& entry = declaring.As<policy::v1::ServiceEntry>();
  std::vector<Endpoint> endpoints;
  for (const auto& workload : entry.endpoints()) {
    endpoints.push_back(FromEntry(workload, declaring, entry));
  }
  if (entry.has_workload_selector()) {
    FromSelectedWorkloads(entry, declaring.key.ns, sources, endpoints);
  }
  const bool dns =
      service.resolution == Resolution::kDns || service.resolution == Resolution::kDnsRoundRobin;
  if (endpoints.empty() && dns && !entry.has_workload_selector()) {
    FromHost(service, entry, declaring, endpoints);
  }
  return Ordered(std::move(endpoints));
}

}  // namespace binnacle::mesh
