// mesh/service_endpoints.h
//
// The endpoints of one service, gathered from the objects that tell of them.
//
// Threads  pure.
// Spec     policy facts, sections 1.4 and 6.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "mesh/service.h"
#include "policy/object.h"

namespace binnacle::mesh {

// How the gatherer looks at other objects; each may return nullptr or nothing.
struct EndpointSources {
  using ObjectPtr = std::shared_ptr<const policy::Object>;

  std::function<ObjectPtr(const policy::ObjectKey&)> find;
  std::function<std::vector<ObjectPtr>(const policy::ObjectKey& service)> slices;
  std::function<ObjectPtr(const std::string& address)> pod_at;
  // Pods that the selector may select: all that it does, and perhaps more.
  std::function<std::vector<ObjectPtr>(const std::string& ns, const policy::Labels& selector)>
      pods_for;
  std::function<std::vector<ObjectPtr>(const std::string& ns)> workload_entries_in;
};

// `declaring` is the Service that `service` comes from. EndpointSlices come
// first, then an Endpoints object; where a Service has neither, the Pods that
// its selector picks (files written by hand seldom hold the others).
std::vector<Endpoint> KubernetesEndpoints(const Service& service, const policy::Object& declaring,
                                          const EndpointSources& sources);

// `declaring` is the ServiceEntry that `service` comes from.
std::vector<Endpoint> ServiceEntryEndpoints(const Service& service, const policy::Object& declaring,
                                            const EndpointSources& sources);

}  // namespace binnacle::mesh
