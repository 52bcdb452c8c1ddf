// translator/local_port.h
//
// The ports on which a sidecar's own workload is reached, and as which service
// port each is known.
//
// Threads  belongs to the View's thread.
// Spec     policy facts, section 4.2.
#pragma once

#include <cstdint>
#include <vector>

#include "mesh/service.h"
#include "mesh/view.h"
#include "translator/proxy_class.h"

namespace binnacle::translator {

// What the pointers refer to lives as long as the View's Snapshot.
struct LocalPort {
  uint32_t number = 0;  // the workload's
  const mesh::Service* service = nullptr;
  const mesh::ServicePort* service_port = nullptr;
};

// Ascending, each once: of several services with one port the first decides.
// Ports that carry UDP are left out.
std::vector<LocalPort> FindLocalPorts(mesh::View& view, const ProxyClass& proxy);

}  // namespace binnacle::translator
