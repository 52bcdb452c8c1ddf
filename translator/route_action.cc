#include "translator/route_action.h"

#include <string>

#include "translator/cluster_name.h"
#include "translator/hash_policy.h"
#include "translator/header_mutation.h"
#include "translator/mirror.h"
#include "translator/retry_policy.h"
#include "translator/rewrite.h"
#include "translator/route_target.h"
#include "translator/route_timeout.h"
#include "translator/weighted_cluster.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::Route;
using envoy::config::route::v3::RouteAction;
using policy::v1::HttpRetry;
using policy::v1::HttpRoute;

void SetCluster(RouteContext& context, const policy::v1::HttpRouteDestination& destination,
                absl::string_view ns, Route& route) {
  RouteAction& action = *route.mutable_route();
  const RouteTarget target = FindRouteTarget(context, destination.destination(), ns);
  action.set_cluster(target.ClusterName());
  AppendHashPolicy(context, target.host, target.service, target.port, target.subset, action);
  if (!destination.has_headers()) return;
  AppendHeaderMutations(destination.headers(), route);
  const std::string authority = AuthorityOf(destination.headers());
  if (!authority.empty()) action.set_host_rewrite_literal(authority);
}

bool SetDestinations(RouteContext& context, const HttpRoute& rule, absl::string_view ns,
                     Route& route) {
  if (rule.route().empty()) return false;
  // Alone, a destination takes everything, whatever its weight.
  if (rule.route_size() > 1) return SetWeightedClusters(context, rule, ns, *route.mutable_route());
  SetCluster(context, rule.route(0), ns, route);
  return true;
}

const HttpRetry* MeshRetry(const policy::v1::MeshConfig& mesh) {
  return mesh.has_default_http_retry_policy() ? &mesh.default_http_retry_policy() : nullptr;
}

}  // namespace

bool SetRouteAction(RouteContext& context, const HttpRoute& rule, absl::string_view ns,
                    Route& route) {
  if (!SetDestinations(context, rule, ns, route)) return false;
  RouteAction& action = *route.mutable_route();
  if (action.host_rewrite_literal().empty()) {
    const std::string authority = AuthorityOf(rule.headers());
    if (!authority.empty()) action.set_host_rewrite_literal(authority);
  }
  SetRewrite(rule.rewrite(), action);
  SetRouteTimeout(rule.has_timeout() ? &rule.timeout() : nullptr, action);
  const HttpRetry* retry =
      rule.has_retries() ? &rule.retries() : MeshRetry(context.view.settings().config);
  SetRetryPolicy(retry, action.hash_policy_size() > 0, action);
  AppendMirrorPolicies(context, rule, ns, action);
  return true;
}

void SetServiceRouteAction(std::string cluster, const policy::v1::MeshConfig& mesh, bool hashed,
                           RouteAction& action) {
  action.set_cluster(std::move(cluster));
  SetRouteTimeout(nullptr, action);
  SetRetryPolicy(MeshRetry(mesh), hashed, action);
}

}  // namespace binnacle::translator
