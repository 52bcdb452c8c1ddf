#include "translator/weighted_cluster.h"

#include "tests/translator/route_mesh.h"

namespace binnacle::translator {
namespace {

// "cluster weight" for each, or "none".
std::vector<std::string> Shares(const std::vector<int>& weights) {
  RouteMesh mesh;
  RouteContext context = mesh.Context();
  policy::v1::HttpRoute rule;
  for (size_t i = 0; i < weights.size(); ++i) {
    auto& destination = *rule.add_route();
    destination.mutable_destination()->set_host(absl::StrCat("h", i, ".com"));
    destination.set_weight(weights[i]);
  }
  envoy::config::route::v3::RouteAction action;
  if (!SetWeightedClusters(context, rule, "default", action)) return {"none"};
  std::vector<std::string> shares;
  for (const auto& cluster : action.weighted_clusters().clusters()) {
    shares.push_back(absl::StrCat(cluster.name(), " ", cluster.weight().value()));
  }
  return shares;
}

}  // namespace

TEST_CASE("destinations without weight are left out") {
  CHECK(Shares({90, 0, 10}) ==
        std::vector<std::string>{"outbound|80||h0.com 90", "outbound|80||h2.com 10"});
  CHECK(Shares({0, 0}) == std::vector<std::string>{"none"});
  CHECK(Shares({-5, 1}) == std::vector<std::string>{"outbound|80||h1.com 1"});
}

TEST_CASE("weights too large for Envoy keep their proportion") {
  CHECK(Shares({2147483647, 2147483647, 2147483647, 1}) ==
        std::vector<std::string>{"outbound|80||h0.com 536870911", "outbound|80||h1.com 536870911",
                                 "outbound|80||h2.com 536870911", "outbound|80||h3.com 1"});
}

}  // namespace binnacle::translator
