// bench/proxy_identity.h
//
// Who the played proxies say they are: nodes in Istio's style, spread over
// namespaces, labels and localities as asked. Proxies that differ in none of
// these are of one class to the control plane.
//
// Threads  pure.
// Spec     policy facts, section 4.1 (node id and metadata).
#pragma once

#include <string>

#include "envoy/config/core/v3/base.pb.h"

namespace binnacle::bench {

struct IdentityOptions {
  bool gateway = false;
  int namespaces = 1;
  int apps = 1;        // values of the label `app`
  int localities = 1;  // zones of one region
  // Proxy number i is the first endpoint of service number i of the generated
  // mesh: a class of its own.
  bool members = false;
  int services = 0;              // of the mesh; with `members`
  bool on_demand_hosts = false;  // asks for virtual hosts one by one
};

envoy::config::core::v3::Node IdentityOf(int proxy, const IdentityOptions& options);

}  // namespace binnacle::bench
