// translator/peer_authentication.h
//
// How callers must prove themselves to a workload, port by port: as
// PeerAuthentications say and, where none says anything, as the kinds of 2018
// do (MeshPolicy and Policy). Without either, mutual TLS and plaintext are
// both taken.
//
// Threads  belongs to the View's thread.
// Spec     policy facts, sections 2.1, 5.6, 5.10.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mesh/service.h"
#include "mesh/view.h"
#include "policy/object.h"
#include "translator/mutual_tls_mode.h"
#include "translator/proxy_class.h"
#include "translator/translated.h"

namespace binnacle::translator {

struct InboundAuthentication {
  MutualTlsMode mode = MutualTlsMode::kPermissive;
  // 2018's `allowTls`: TLS without a certificate will do.
  bool certificate_required = true;
  const policy::Object* policy = nullptr;  // whoever decided; nullptr: nobody
};

// At the workload's port `port`, which is `service_port` of `service`; both are
// nullptr for a port of no service, which the policies of 2018 cannot name.
InboundAuthentication AuthenticationAt(mesh::View& view, const ProxyClass& proxy, uint32_t port,
                                       const mesh::Service* service,
                                       const mesh::ServicePort* service_port, Origins& origins);

// The same of any workload, whether or not a proxy stands for it.
InboundAuthentication AuthenticationAt(mesh::View& view, const std::string& ns,
                                       const policy::Labels& workload_labels, uint32_t port,
                                       const mesh::Service* service,
                                       const mesh::ServicePort* service_port);

// What the kinds of 2018 alone say for workloads in `ns`; nullopt if there are
// none of them.
std::optional<InboundAuthentication> AuthenticationOf2018(mesh::View& view, const std::string& ns,
                                                          const mesh::Service* service,
                                                          const mesh::ServicePort* port);

// Ports that the workload's own PeerAuthentication speaks of, ascending.
std::vector<uint32_t> PortsWithOwnMode(mesh::View& view, const ProxyClass& proxy);

}  // namespace binnacle::translator
