// bench/gateway_mesh.h
//
// Meshes for measuring gateways, of the size and make that the baseline's own
// benchmarks use.
//
// Threads  pure.
#pragma once

#include <string>

namespace binnacle::bench {

// `count` Gateways and as many VirtualServices and services. Each Gateway has
// three hosts of its own, served over HTTP and HTTPS (seven servers say the same
// HTTPS port, of which the first counts).
std::string GatewaysOfTheirOwn(int count);

// One Gateway with three hosts, over HTTP and HTTPS; `count` VirtualServices
// with six matches each put their routes there.
std::string SharedGateway(int count);

}  // namespace binnacle::bench
