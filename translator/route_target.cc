#include "translator/route_target.h"

#include "mesh/lookup.h"
#include "translator/cluster_name.h"

namespace binnacle::translator {

std::string RouteTarget::ClusterName() const { return OutboundClusterName(port, subset, host); }

RouteTarget FindRouteTarget(RouteContext& context, const policy::v1::Destination& destination,
                            absl::string_view ns) {
  RouteTarget target;
  target.host = mesh::ResolveHost(destination.host(), ns, context.view.settings().domain);
  target.subset = destination.subset();
  target.service = mesh::FindService(context.view, target.host, context.proxy.ns);
  if (destination.has_port()) {
    target.port = destination.port().number();
  } else if (!context.foreign_host && target.service != nullptr &&
             target.service->ports.size() == 1) {
    target.port = target.service->ports[0].number;
  } else {
    target.port = context.port;
  }
  return target;
}

}  // namespace binnacle::translator
