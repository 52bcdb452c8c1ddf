#include "agent/capture_rules.h"

#include <catch2/catch.hpp>

namespace binnacle::agent {
namespace {

constexpr char kDefaultRules[] = R"(*nat
:BINNACLE_INBOUND - [0:0]
:BINNACLE_OUTBOUND - [0:0]
:BINNACLE_TO_INBOUND - [0:0]
:BINNACLE_TO_OUTBOUND - [0:0]
-A BINNACLE_TO_INBOUND -p tcp -j REDIRECT --to-ports 15006
-A BINNACLE_TO_OUTBOUND -p tcp -j REDIRECT --to-ports 15001
-A BINNACLE_INBOUND -p tcp -m multiport --dports 15000,15001,15006,15020,15021,15090 -j RETURN
-A BINNACLE_INBOUND -p tcp -j BINNACLE_TO_INBOUND
-A BINNACLE_OUTBOUND -s 127.0.0.6/32 -o lo -j RETURN
-A BINNACLE_OUTBOUND ! -d 127.0.0.1/32 -o lo -p tcp -m owner --uid-owner 1337 -j BINNACLE_TO_INBOUND
-A BINNACLE_OUTBOUND -o lo -m owner ! --uid-owner 1337 -j RETURN
-A BINNACLE_OUTBOUND -m owner --uid-owner 1337 -j RETURN
-A BINNACLE_OUTBOUND ! -d 127.0.0.1/32 -o lo -p tcp -m owner --gid-owner 1337 -j BINNACLE_TO_INBOUND
-A BINNACLE_OUTBOUND -o lo -m owner ! --gid-owner 1337 -j RETURN
-A BINNACLE_OUTBOUND -m owner --gid-owner 1337 -j RETURN
-A BINNACLE_OUTBOUND -d 127.0.0.1/32 -j RETURN
-A BINNACLE_OUTBOUND -p tcp -j BINNACLE_TO_OUTBOUND
-A PREROUTING -p tcp -j BINNACLE_INBOUND
-A OUTPUT -p tcp -j BINNACLE_OUTBOUND
COMMIT
)";

constexpr char kOtherRules[] = R"(*nat
:BINNACLE_INBOUND - [0:0]
:BINNACLE_OUTBOUND - [0:0]
:BINNACLE_TO_INBOUND - [0:0]
:BINNACLE_TO_OUTBOUND - [0:0]
-A BINNACLE_TO_INBOUND -p tcp -j REDIRECT --to-ports 16006
-A BINNACLE_TO_OUTBOUND -p tcp -j REDIRECT --to-ports 16001
-A BINNACLE_INBOUND -p tcp -m multiport --dports 15000,15020,15021,15090,16001,16006,22 -j RETURN
-A BINNACLE_INBOUND -p tcp -m multiport --dports 8080,9090 -j BINNACLE_TO_INBOUND
-A BINNACLE_OUTBOUND -s ::6/128 -o lo -j RETURN
-A BINNACLE_OUTBOUND ! -d ::1/128 -o lo -p tcp -m owner --uid-owner 7 -j BINNACLE_TO_INBOUND
-A BINNACLE_OUTBOUND -o lo -m owner ! --uid-owner 7 -j RETURN
-A BINNACLE_OUTBOUND -m owner --uid-owner 7 -j RETURN
-A BINNACLE_OUTBOUND ! -d ::1/128 -o lo -p tcp -m owner --gid-owner 8 -j BINNACLE_TO_INBOUND
-A BINNACLE_OUTBOUND -o lo -m owner ! --gid-owner 8 -j RETURN
-A BINNACLE_OUTBOUND -m owner --gid-owner 8 -j RETURN
-A BINNACLE_OUTBOUND -d ::1/128 -j RETURN
-A BINNACLE_OUTBOUND -p tcp -m multiport --dports 3306 -j RETURN
-A BINNACLE_OUTBOUND -d fd00:1::/32 -j RETURN
-A BINNACLE_OUTBOUND -p tcp -d fd00::/8 -j BINNACLE_TO_OUTBOUND
-A PREROUTING -p tcp -j BINNACLE_INBOUND
-A OUTPUT -p tcp -j BINNACLE_OUTBOUND
COMMIT
)";

// As iptables-save prints what the default rules made.
constexpr char kPresent[] =
    "*nat\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:BINNACLE_INBOUND - [0:0]\n"
    ":BINNACLE_OUTBOUND - [0:0]\n:BINNACLE_TO_INBOUND - [0:0]\n:BINNACLE_TO_OUTBOUND - [0:0]\n"
    "-A PREROUTING -p tcp -j BINNACLE_INBOUND\n-A OUTPUT -p tcp -j BINNACLE_OUTBOUND\nCOMMIT\n";

TEST_CASE("all TCP traffic is captured, but not the proxy's own") {
  CHECK(CaptureScript({}, IpFamily::kIpv4, "") == kDefaultRules);
}

TEST_CASE("ports and ranges choose what is captured, each family's own") {
  CaptureOptions options;
  options.inbound_ports = {"8080", "9090"};
  options.exclude_inbound_ports = {"22", "15021"};
  options.exclude_outbound_ports = {"3306"};
  options.outbound_ranges = {"10.0.0.0/8", "fd00::/8"};
  options.exclude_outbound_ranges = {"10.1.0.0/16", "fd00:1::/32"};
  options.proxy_uid = 7;
  options.proxy_gid = 8;
  options.inbound_port = 16006;
  options.outbound_port = 16001;
  REQUIRE(options.Check().ok());
  CHECK(CaptureScript(options, IpFamily::kIpv6, "") == kOtherRules);
}

TEST_CASE("where the rules are already, the way to them is not added again") {
  const std::string script = CaptureScript({}, IpFamily::kIpv4, kPresent);
  CHECK(script.find("-A PREROUTING") == std::string::npos);
  CHECK(script.find("-A OUTPUT") == std::string::npos);
}

TEST_CASE("without ports or ranges nothing is captured") {
  CaptureOptions options;
  options.inbound_ports = {};
  options.outbound_ranges = {};
  REQUIRE(options.Check().ok());
  const std::string script = CaptureScript(options, IpFamily::kIpv4, "");
  CHECK(script.find("-A BINNACLE_INBOUND -p tcp -j BINNACLE_TO_INBOUND\n") == std::string::npos);
  CHECK(script.find("-j BINNACLE_TO_OUTBOUND\n") == std::string::npos);
}

TEST_CASE("a rule takes fifteen ports at most") {
  CaptureOptions options;
  for (int port = 1; port <= 16; ++port) {
    options.exclude_outbound_ports.push_back(std::to_string(port));
  }
  const std::string script = CaptureScript(options, IpFamily::kIpv4, "");
  CHECK(script.find("--dports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15 -j RETURN\n"
                    "-A BINNACLE_OUTBOUND -p tcp -m multiport --dports 16 -j RETURN\n") !=
        std::string::npos);
}

TEST_CASE("what is removed is what is there") {
  CHECK(ReleaseScript(kPresent) ==
        "*nat\n-D PREROUTING -p tcp -j BINNACLE_INBOUND\n"
        "-D OUTPUT -p tcp -j BINNACLE_OUTBOUND\n"
        "-F BINNACLE_INBOUND\n-F BINNACLE_OUTBOUND\n-F BINNACLE_TO_INBOUND\n"
        "-F BINNACLE_TO_OUTBOUND\n-X BINNACLE_INBOUND\n-X BINNACLE_OUTBOUND\n"
        "-X BINNACLE_TO_INBOUND\n-X BINNACLE_TO_OUTBOUND\nCOMMIT\n");
  CHECK(ReleaseScript("*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n").empty());
}

TEST_CASE("an option that cannot be is named") {
  CaptureOptions options;
  options.inbound_ports = {"http"};
  CHECK(options.Check().message() == "--inbound-ports: \"http\" is no port");
  options = {};
  options.exclude_outbound_ports = {"0"};
  CHECK(options.Check().message() == "--exclude-outbound-ports: \"0\" is no port");
  options = {};
  options.outbound_ranges = {"10.0.0.0/33"};
  CHECK(options.Check().message() ==
        "--outbound-ranges: \"10.0.0.0/33\" is no range, as in 10.0.0.0/8");
  options = {};
  options.exclude_outbound_ranges = {"*"};
  CHECK_FALSE(options.Check().ok());
  options = {};
  options.outbound_port = options.inbound_port;
  CHECK_FALSE(options.Check().ok());
}

}  // namespace
}  // namespace binnacle::agent
