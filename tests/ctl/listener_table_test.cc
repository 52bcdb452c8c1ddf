#include "ctl/listener_table.h"

#include <catch2/catch.hpp>

#include "ctl/cluster_table.h"
#include "ctl/endpoint_table.h"

namespace binnacle::ctl {
namespace {

TEST_CASE("a listener without chains but a default takes everything") {
  const Json listeners = Json::parse(R"([{"name": "x",
      "address": {"socketAddress": {"address": "::1", "portValue": 80}},
      "defaultFilterChain": {"filters": [{"name": "echo", "typedConfig": {"@type": "t/x.Echo"}}]}}])");
  CHECK(ListenerTable(listeners).Render(120, false) ==
        "ADDRESS  PORT  MATCH  DESTINATION\n"
        "::1      80    all    filter echo\n");
}

TEST_CASE("a listener for proxyless gRPC leads to its route") {
  const Json listeners = Json::parse(R"([{"name": "a.example:80", "api_listener": {"api_listener": {
      "@type": "t/x.HttpConnectionManager", "rds": {"route_config_name": "a.example:80"}}}}])");
  CHECK(ListenerTable(listeners).Render(120, false) ==
        "ADDRESS       PORT  MATCH           DESTINATION\n"
        "a.example:80  -     proxyless gRPC  route a.example:80\n");
}

TEST_CASE("JSON of any shape makes a table") {
  for (
      const char* json :
      {"[]", "[1, null, \"x\"]", R"([{"filter_chains": 1}])",
       R"([{"filter_chains": [{"filter_chain_match": {"server_names": {"a": 1}}, "filters": 2}]}])",
       R"([{"endpoints": [{"lb_endpoints": [1, {"endpoint": []}]}]}])"}) {
    const Json value = Json::parse(json);
    CHECK_NOTHROW(ListenerTable(value).Render(120, false));
    CHECK_NOTHROW(ClusterTable(value, {}).Render(120, false));
    CHECK_NOTHROW(EndpointTable(value, {}).Render(120, false));
  }
}

}  // namespace
}  // namespace binnacle::ctl
