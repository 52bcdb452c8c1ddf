#include "translator/cluster_name.h"

#include <catch2/catch.hpp>
#include <string>

namespace binnacle::translator {

TEST_CASE("an outbound cluster is named by port, subset and host") {
  CHECK(OutboundClusterName(80, "v1", "a.default.svc.cluster.local") ==
        "outbound|80|v1|a.default.svc.cluster.local");
  CHECK(OutboundClusterName(80, "", "a") == "outbound|80||a");
  CHECK(SniDnatClusterName(80, "v1", "a.b") == "outbound_.80_.v1_.a.b");
  CHECK(InboundClusterName(8080) == "inbound|8080||");
}

TEST_CASE("both outbound names are read back") {
  for (const std::string& name : {OutboundClusterName(443, "v1", "*.example.com"),
                                  SniDnatClusterName(443, "v1", "*.example.com")}) {
    CAPTURE(name);
    const auto parsed = ParseOutboundClusterName(name);
    REQUIRE(parsed.has_value());
    CHECK(parsed->port == 443);
    CHECK(parsed->subset == "v1");
    CHECK(parsed->host == "*.example.com");
  }
}

TEST_CASE("what is no outbound name is not read as one") {
  for (const char* name :
       {"", "outbound", "outbound|", "outbound|80", "outbound|80|v1", "outbound|80|v1|",
        "outbound|x||a", "outbound|0||a", "outbound|65536||a", "outbound|-1||a", "outbound_.80_.v1",
        "inbound|80||", "BlackHoleCluster", "outbound|99999999999||a"}) {
    CAPTURE(name);
    CHECK_FALSE(ParseOutboundClusterName(name).has_value());
  }
}

}  // namespace binnacle::translator
