#include "translator/fault.h"

#include "tests/translator/route_mesh.h"

namespace binnacle::translator {
namespace {

std::string Fault(const char* json) {
  envoy::config::route::v3::Route route;
  SetFault(Said<policy::v1::HttpFaultInjection>(json), route);
  const auto it = route.typed_per_filter_config().find("envoy.filters.http.fault");
  if (it == route.typed_per_filter_config().end()) return "none";
  envoy::extensions::filters::http::fault::v3::HTTPFault fault;
  REQUIRE(it->second.UnpackTo(&fault));
  return Shown(fault);
}

}  // namespace

TEST_CASE("a delay without a percentage never happens, an abort's stays unset") {
  CHECK(Fault(R"({"delay": {"fixedDelay": "5s"}})") ==
        "delay { fixed_delay { seconds: 5 } percentage { } }");
  CHECK(Fault(R"({"delay": {"fixedDelay": "5s", "percent": 30}})") ==
        "delay { fixed_delay { seconds: 5 } percentage { numerator: 30 } }");
  CHECK(Fault(R"({"abort": {"httpStatus": 500}})") == "abort { http_status: 500 }");
}

TEST_CASE("gRPC statuses are numbered") {
  CHECK(Fault(R"({"abort": {"grpcStatus": "OK"}})") == "abort { grpc_status: 0 }");
  CHECK(Fault(R"({"abort": {"grpcStatus": "UNAUTHENTICATED"}})") == "abort { grpc_status: 16 }");
}

TEST_CASE("what Envoy has not got is no fault at all") {
  CHECK(Fault(R"({"abort": {"grpcStatus": "SAD"}})") == "none");
  CHECK(Fault(R"({"delay": {"exponentialDelay": "5s"}})") == "none");
  CHECK(Fault(R"({"abort": {"http2Error": "x"}})") == "none");
  CHECK(Fault(R"({"abort": {"httpStatus": 600}})") == "abort { http_status: 599 }");
}

}  // namespace binnacle::translator
