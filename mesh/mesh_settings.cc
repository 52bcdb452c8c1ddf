#include "mesh/mesh_settings.h"

#include "google/protobuf/util/time_util.h"

namespace binnacle::mesh {

using google::protobuf::util::TimeUtil;

policy::v1::MeshConfig WithDefaults(const policy::v1::MeshConfig& given) {
  policy::v1::MeshConfig mesh = given;
  if (mesh.root_namespace().empty()) mesh.set_root_namespace("istio-system");
  if (mesh.trust_domain().empty()) mesh.set_trust_domain("cluster.local");
  if (!mesh.has_enable_auto_mtls()) mesh.mutable_enable_auto_mtls()->set_value(true);
  if (!mesh.has_outbound_traffic_policy()) {
    mesh.mutable_outbound_traffic_policy()->set_mode(
        policy::v1::MeshConfig::OutboundTrafficPolicy::ALLOW_ANY);
  }
  if (mesh.proxy_listen_port() == 0) mesh.set_proxy_listen_port(15001);
  if (mesh.proxy_inbound_listen_port() == 0) mesh.set_proxy_inbound_listen_port(15006);
  if (!mesh.has_connect_timeout()) {
    *mesh.mutable_connect_timeout() = TimeUtil::SecondsToDuration(10);
  }
  if (!mesh.has_dns_refresh_rate()) {
    *mesh.mutable_dns_refresh_rate() = TimeUtil::SecondsToDuration(60);
  }
  if (!mesh.has_locality_lb_setting()) {
    mesh.mutable_locality_lb_setting()->mutable_enabled()->set_value(true);
  }
  for (auto* words :
       {mesh.mutable_default_service_export_to(), mesh.mutable_default_virtual_service_export_to(),
        mesh.mutable_default_destination_rule_export_to()}) {
    if (words->empty()) words->Add("*");
  }
  return mesh;
}

}  // namespace binnacle::mesh
