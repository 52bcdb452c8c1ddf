#include "bench/mesh_shape_flags.h"

namespace binnacle::bench {

void AddMeshShapeFlags(CLI::App& app, MeshShape& shape) {
  app.add_option("--services", shape.services, "how many services")->capture_default_str();
  app.add_option("--endpoints", shape.endpoints, "of each service")->capture_default_str();
  app.add_option("--subsets", shape.subsets,
                 "of each service's DestinationRule; 0: no rule and no VirtualService")
      ->capture_default_str();
  app.add_option("--services-per-file", shape.services_per_file, "services in one file")
      ->capture_default_str();
  app.add_option("--service-namespaces", shape.namespaces, "that services are spread over")
      ->capture_default_str();
  app.add_option("--gateway-hosts", shape.gateway_hosts, "HTTPS hosts at ingress gateways")
      ->capture_default_str();
  app.add_flag("--kubernetes", shape.kubernetes,
               "services as in a cluster (Service, EndpointSlice, Pod), not ServiceEntry");
  app.add_flag("--peer-authentication", shape.peer_authentication,
               "a PeerAuthentication for the mesh and for each namespace");
}

}  // namespace binnacle::bench
