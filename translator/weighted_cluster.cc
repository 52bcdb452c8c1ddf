#include "translator/weighted_cluster.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

#include "translator/hash_policy.h"
#include "translator/header_mutation.h"
#include "translator/route_target.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::RouteAction;
using envoy::config::route::v3::WeightedCluster;
using policy::v1::HttpRoute;
using policy::v1::HttpRouteDestination;

uint64_t TotalWeight(const HttpRoute& rule) {
  uint64_t total = 0;
  for (const auto& destination : rule.route()) {
    total += static_cast<uint64_t>(std::max(destination.weight(), 0));
  }
  return total;
}

// Envoy wants the sum of the weights to fit 32 bits.
int ShiftFor(uint64_t total) {
  int shift = 0;
  while ((total >> shift) > std::numeric_limits<int32_t>::max()) ++shift;
  return shift;
}

void AppendCluster(RouteContext& context, const HttpRouteDestination& destination,
                   absl::string_view ns, uint32_t weight, RouteAction& action) {
  WeightedCluster::ClusterWeight& cluster = *action.mutable_weighted_clusters()->add_clusters();
  const RouteTarget target = FindRouteTarget(context, destination.destination(), ns);
  cluster.set_name(target.ClusterName());
  cluster.mutable_weight()->set_value(weight);
  AppendHashPolicy(context, target.host, target.service, target.port, target.subset, action);
  if (!destination.has_headers()) return;
  AppendHeaderMutations(destination.headers(), cluster);
  const std::string authority = AuthorityOf(destination.headers());
  if (!authority.empty()) cluster.set_host_rewrite_literal(authority);
}

}  // namespace

bool SetWeightedClusters(RouteContext& context, const HttpRoute& rule, absl::string_view ns,
                         RouteAction& action) {
  const uint64_t total = TotalWeight(rule);
  if (total == 0) return false;
  const int shift = ShiftFor(total);
  for (const HttpRouteDestination& destination : rule.route()) {
    if (destination.weight() <= 0) continue;
    const auto weight = static_cast<uint32_t>(destination.weight()) >> shift;
    AppendCluster(context, destination, ns, std::max(weight, 1u), action);
  }
  return true;
}

}  // namespace binnacle::translator
