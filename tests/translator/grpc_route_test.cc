#include "translator/grpc_route.h"

#include "envoy/extensions/filters/http/fault/v3/fault.pb.h"
#include "tests/translator/route_mesh.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::Route;

google::protobuf::RepeatedPtrField<Route> Adapted(const std::string& json) {
  google::protobuf::RepeatedPtrField<Route> routes;
  *routes.Add() = Said<Route>(json);
  AdaptToGrpc("outbound|1||a", routes);
  return routes;
}

}  // namespace

TEST_CASE("header matchers take the form that every library knows") {
  const auto routes = Adapted(R"({"match": {"prefix": "/", "headers": [
      {"name": "a", "stringMatch": {"exact": "1"}},
      {"name": "b", "stringMatch": {"safeRegex": {"regex": "2"}}, "invertMatch": true}]},
      "route": {"cluster": "x"}})");
  CHECK(Shown(routes[0].match()) ==
        "prefix: \"/\" headers { name: \"a\" exact_match: \"1\" } headers { name: \"b\" "
        "invert_match: true safe_regex_match { regex: \"2\" } }");
}

TEST_CASE("deadlines become the longest duration of a stream") {
  CHECK(
      Shown(Adapted(R"({"match": {"prefix": "/"}, "route": {"cluster": "x", "timeout": "2s"}})")[0]
                .route()) ==
      "cluster: \"x\" max_stream_duration { max_stream_duration { seconds: 2 } }");
  CHECK(
      Shown(Adapted(R"({"match": {"prefix": "/"}, "route": {"cluster": "x", "timeout": "0s"}})")[0]
                .route()) == "cluster: \"x\"");
}

TEST_CASE("a route that asks for what no RPC has goes") {
  CHECK(Adapted(R"({"match": {"prefix": "/", "queryParameters": [{"name": "a"}]},
                    "route": {"cluster": "x"}})")
            .empty());
}

TEST_CASE("an answer of the proxy's own becomes a failing RPC") {
  const auto status = [](const std::string& json) {
    const auto routes = Adapted(json);
    CHECK(routes[0].route().cluster() == "outbound|1||a");
    envoy::extensions::filters::http::fault::v3::HTTPFault fault;
    REQUIRE(routes[0].typed_per_filter_config().at("envoy.filters.http.fault").UnpackTo(&fault));
    CHECK(fault.abort().percentage().numerator() == 100);
    return fault.abort().http_status();
  };
  CHECK(status(R"({"match": {"prefix": "/"}, "directResponse": {"status": 403}})") == 403);
  CHECK(status(R"({"match": {"prefix": "/"}, "directResponse": {"status": 200}})") == 404);
  CHECK(status(R"({"match": {"prefix": "/"}, "redirect": {"pathRedirect": "/x"}})") == 404);
}

}  // namespace binnacle::translator
