#include "agent/capture.h"

#include <sched.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <string>
#include <thread>

namespace binnacle::agent {
namespace {

std::string Output(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> buffer{};
  while (fgets(buffer.data(), buffer.size(), pipe) != nullptr) text += buffer.data();
  pclose(pipe);
  return text;
}

// Without counters and dates, which differ from one moment to the next.
std::string Rules() {
  return Output("PATH=/usr/sbin:/sbin:$PATH iptables-save -t nat | grep -v '^#'");
}

// Runs in a network namespace of its own, which ends with the thread.
void Apart(const std::function<void()>& steps) {
  if (geteuid() != 0) {
    WARN("needs root; skipped");
    return;
  }
  std::thread([&] {
    if (unshare(CLONE_NEWNET) != 0) {
      WARN("this system lets nobody make network namespaces; skipped");
      return;
    }
    steps();
  }).join();
}

TEST_CASE("capturing twice is capturing once, and removing leaves nothing") {
  Apart([] {
    const std::string before = Rules();
    REQUIRE(Capture({}, UseIpv6::kOff).ok());
    const std::string once = Rules();
    CHECK(once.find("-A PREROUTING -p tcp -j BINNACLE_INBOUND\n") != std::string::npos);
    REQUIRE(Capture({}, UseIpv6::kOff).ok());
    CHECK(Rules() == once);
    CHECK(ReleaseText()->find("-X BINNACLE_INBOUND\n") != std::string::npos);
    REQUIRE(Release().ok());
    CHECK(Rules().find("BINNACLE") == std::string::npos);
    REQUIRE(Release().ok());
  });
}

TEST_CASE("capturing with other options replaces the rules, and others' rules stay") {
  Apart([] {
    Output("PATH=/usr/sbin:/sbin:$PATH iptables -t nat -A PREROUTING -p udp --dport 53 -j RETURN");
    REQUIRE(Capture({}, UseIpv6::kOff).ok());
    CaptureOptions other;
    other.inbound_ports = {"8080"};
    REQUIRE(Capture(other, UseIpv6::kOff).ok());
    const std::string replaced = Rules();
    CHECK(replaced.find("--dports 8080 -j BINNACLE_TO_INBOUND\n") != std::string::npos);
    CHECK(replaced.find("-A BINNACLE_INBOUND -p tcp -j BINNACLE_TO_INBOUND\n") ==
          std::string::npos);
    REQUIRE(Release().ok());
    CHECK(Rules().find("--dport 53 -j RETURN") != std::string::npos);
  });
}

TEST_CASE("IPv6 is captured too where it is told to be") {
  Apart([] {
    REQUIRE(Capture({}, UseIpv6::kOn).ok());
    const std::string rules = Output("PATH=/usr/sbin:/sbin:$PATH ip6tables-save -t nat");
    CHECK(rules.find("-A BINNACLE_OUTBOUND -d ::1/128 -j RETURN") != std::string::npos);
    REQUIRE(Release().ok());
  });
}

TEST_CASE("where IPv6 is told to be is one of three words") {
  CHECK(ParseUseIpv6("auto").ok());
  CHECK(ParseUseIpv6("perhaps").status().message() ==
        "--ipv6: \"perhaps\" is none of auto, on, off");
}

}  // namespace
}  // namespace binnacle::agent
