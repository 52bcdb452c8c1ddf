#include "translator/operation_name.h"

#include "tests/translator/route_mesh.h"

namespace binnacle::translator {
namespace {

std::string Operation(const std::string& cluster, const std::string& prefix,
                      const std::string& path, const std::string& regex) {
  envoy::config::route::v3::Route route;
  if (!cluster.empty()) route.mutable_route()->set_cluster(cluster);
  if (!prefix.empty()) route.mutable_match()->set_prefix(prefix);
  if (!path.empty()) route.mutable_match()->set_path(path);
  if (!regex.empty()) route.mutable_match()->mutable_safe_regex()->set_regex(regex);
  SetOperationName("reviews", 80, route);
  return route.decorator().operation();
}

}  // namespace

TEST_CASE("operations are named after the destination and the path") {
  CHECK(Operation("outbound|81|v1|a.b", "/", "", "") == "a.b:81/*");
  CHECK(Operation("outbound|81||a.b", "/x", "", "") == "a.b:81/x*");
  CHECK(Operation("outbound|81||a.b", "", "/x", "") == "a.b:81/x");
  CHECK(Operation("outbound|81||a.b", "", "", "/x.*") == "a.b:81/x.*");
}

TEST_CASE("without one destination the VirtualService stands for it") {
  CHECK(Operation("", "/", "", "") == "reviews:80/*");
  CHECK(Operation("PassthroughCluster", "/", "", "") == "reviews:80/*");
}

}  // namespace binnacle::translator
