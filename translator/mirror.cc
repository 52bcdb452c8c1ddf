#include "translator/mirror.h"

#include <algorithm>

#include "translator/percentage.h"
#include "translator/route_target.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::RouteAction;
using envoy::type::v3::FractionalPercent;
using policy::v1::HttpRoute;

FractionalPercent Whole(int percent) {
  FractionalPercent fraction;
  SetWholePercentage(percent, fraction);
  return fraction;
}

FractionalPercent Exact(double percent) {
  FractionalPercent fraction;
  SetPercentage(percent, fraction);
  return fraction;
}

// Of `mirror`: its share stands beside it, in an older or a newer form.
FractionalPercent ShareOfMirror(const HttpRoute& rule) {
  if (rule.has_mirror_percentage()) return Exact(rule.mirror_percentage().value());
  if (!rule.has_mirror_percent()) return Whole(100);
  return Whole(static_cast<int>(std::min(rule.mirror_percent().value(), 100u)));
}

void Append(RouteContext& context, const policy::v1::Destination& destination, absl::string_view ns,
            const FractionalPercent& share, RouteAction& action) {
  if (share.numerator() == 0) return;
  auto& policy = *action.add_request_mirror_policies();
  policy.set_cluster(FindRouteTarget(context, destination, ns).ClusterName());
  *policy.mutable_runtime_fraction()->mutable_default_value() = share;
  policy.mutable_trace_sampled()->set_value(false);
}

}  // namespace

void AppendMirrorPolicies(RouteContext& context, const HttpRoute& rule, absl::string_view ns,
                          RouteAction& action) {
  if (rule.has_mirror()) Append(context, rule.mirror(), ns, ShareOfMirror(rule), action);
  for (const auto& mirror : rule.mirrors()) {
    Append(context, mirror.destination(), ns,
           mirror.has_percentage() ? Exact(mirror.percentage().value()) : Whole(100), action);
  }
}

}  // namespace binnacle::translator
