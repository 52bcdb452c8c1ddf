#include "bench/proxy_identity.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "bench/mesh_generator.h"

namespace binnacle::bench {

using envoy::config::core::v3::Node;

envoy::config::core::v3::Node IdentityOf(int proxy, const IdentityOptions& options) {
  const std::string ns = absl::StrCat("apps-", proxy % std::max(1, options.namespaces));
  const std::string app = absl::StrCat("app-", proxy % std::max(1, options.apps));
  const std::string pod = absl::StrCat(options.gateway ? "gateway-" : "pod-", proxy);
  // 10.128.0.0/10: no service's endpoint is there.
  const std::string address =
      options.members
          ? EndpointAddress(proxy % std::max(1, options.services), 0)
          : absl::StrCat("10.", 128 + proxy / 62500, ".", proxy / 250 % 250, ".", proxy % 250 + 1);
  Node node;
  node.set_id(absl::StrCat(options.gateway ? "router" : "sidecar", "~", address, "~", pod, ".", ns,
                           "~", ns, ".svc.cluster.local"));
  node.set_cluster(absl::StrCat(app, ".", ns));
  node.set_user_agent_name("envoy");
  auto& version = *node.mutable_user_agent_build_version()->mutable_version();
  version.set_major_number(1);
  version.set_minor_number(40);
  node.mutable_locality()->set_region("region-1");
  node.mutable_locality()->set_zone(absl::StrCat("zone-", proxy % std::max(1, options.localities)));
  auto& metadata = *node.mutable_metadata()->mutable_fields();
  metadata["NAMESPACE"].set_string_value(ns);
  metadata["CLUSTER_ID"].set_string_value("Kubernetes");
  metadata["SERVICE_ACCOUNT"].set_string_value(app);
  auto& labels = *metadata["LABELS"].mutable_struct_value()->mutable_fields();
  labels["app"].set_string_value(app);
  if (options.on_demand_hosts) metadata["BINNACLE_ON_DEMAND_HOSTS"].set_string_value("true");
  if (options.gateway) labels["istio"].set_string_value("ingressgateway");
  return node;
}

}  // namespace binnacle::bench
