#include "translator/route_timeout.h"

#include "tests/translator/route_mesh.h"

namespace binnacle::translator {

TEST_CASE("without a timeout there is no limit, not Envoy's own") {
  envoy::config::route::v3::RouteAction action;
  SetRouteTimeout(nullptr, action);
  CHECK(Shown(action) == "timeout { } max_grpc_timeout { }");
}

TEST_CASE("a timeout holds for gRPC calls too") {
  envoy::config::route::v3::RouteAction action;
  google::protobuf::Duration second;
  second.set_seconds(1);
  SetRouteTimeout(&second, action);
  CHECK(Shown(action) == "timeout { seconds: 1 } max_grpc_timeout { seconds: 1 }");
}

}  // namespace binnacle::translator
