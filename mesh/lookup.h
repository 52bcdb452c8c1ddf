// mesh/lookup.h
//
// Questions that policies answer, asked of a View: which service a host names
// for a client, which rule and which routes are in effect there.
//
// All results live as long as the View's Snapshot.
// Spec  policy facts, sections 5.1 to 5.5.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "mesh/view.h"

namespace binnacle::mesh {

// The service that `host` (a FQDN) means for a client in `client_ns`: its own
// namespace's first, then Kubernetes before ServiceEntry, then the oldest.
// Falls back to the longest wildcard service host that covers it only when
// `host` itself is such a wildcard. nullptr if none is visible.
const Service* FindService(View& view, absl::string_view host, absl::string_view client_ns);

// Every service host that `client_ns` can see, sorted.
std::vector<absl::string_view> VisibleHosts(View& view, absl::string_view client_ns);
// Those among them with a service port of that number, sorted.
std::vector<absl::string_view> VisibleHostsOnPort(View& view, absl::string_view client_ns,
                                                  uint32_t port);
// Those among these that are more there than plain HTTP (kSpecialHostsOnPort),
// sorted.
std::vector<absl::string_view> SpecialHostsOnPort(View& view, absl::string_view client_ns,
                                                  uint32_t port);
// Whether there are others. Which they are is not found out.
bool AnyPlainHttpHostOnPort(View& view, absl::string_view client_ns, uint32_t port);

// Whether there are any.
bool AnyVisibleHostOnPort(View& view, absl::string_view client_ns, uint32_t port);
// Whether `host` is one of them.
bool IsVisibleHostOnPort(View& view, absl::string_view client_ns, absl::string_view host,
                         uint32_t port);

// The DestinationRule in effect for `client_labels` in `client_ns` talking to
// `host`; `service_ns` is the namespace of the service ("" if it has none).
// nullptr if there is none.
const Rule* FindDestinationRule(View& view, absl::string_view client_ns,
                                const policy::Labels& client_labels, absl::string_view host,
                                absl::string_view service_ns);

// The same if it asks for hashing on some port or subset; nullptr otherwise.
const Rule* FindHashingRule(View& view, absl::string_view client_ns,
                            const policy::Labels& client_labels, absl::string_view host,
                            absl::string_view service_ns);

// The VirtualService that decides for `host` at a sidecar in `client_ns`: the
// one with the most specific host, then the oldest. nullptr if there is none.
const policy::Object* FindMeshVirtualService(View& view, absl::string_view client_ns,
                                             absl::string_view host);
// Whether a VirtualService visible to sidecars in `client_ns` names exactly this
// host (a FQDN or wildcard).
bool NamesMeshVirtualServiceHost(View& view, absl::string_view client_ns, absl::string_view host);
// Hosts (as FQDN or wildcard) of VirtualServices visible to sidecars in
// `client_ns`, sorted.
std::vector<std::string> MeshVirtualServiceHosts(View& view, absl::string_view client_ns);

// Which namespaces see a VirtualService.
ExportTo ExportOfVirtualService(const policy::Object& object, const MeshSettings& settings);
// Whether `ns` is one of them.
bool SeesVirtualService(absl::string_view ns, const policy::Object& object,
                        const MeshSettings& settings);

// VirtualServices bound to the Gateway object "namespace/name", visible to
// gateway proxies in `client_ns`, in order of precedence.
using BoundVirtualServices = absl::InlinedVector<const ListedVirtualService*, 4>;
BoundVirtualServices GatewayVirtualServices(View& view, absl::string_view client_ns,
                                            absl::string_view gateway);

// Gateways whose selector the labels satisfy, in order of precedence.
std::vector<const ListedGateway*> GatewaysFor(View& view, const policy::Labels& proxy_labels);

// A VirtualService or DestinationRule host as written -> FQDN: a name without
// a dot gets ".<ns>.svc.<domain>". Lower-cased.
std::string ResolveHost(absl::string_view host, absl::string_view ns, absl::string_view domain);

// Whether ResolveHost() would give what is written.
bool IsResolvedHost(absl::string_view host);

// "*.example.com" or "*" covers "a.example.com"; equal hosts cover each other.
bool HostCovers(absl::string_view pattern, absl::string_view host);

// Every pair of `selector` is among `labels`.
bool Selects(const policy::Labels& selector, const policy::Labels& labels);

}  // namespace binnacle::mesh
