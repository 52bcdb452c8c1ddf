#include "agent/health_server.h"

#include <catch2/catch.hpp>

#include "absl/status/status.h"
#include "httplib.h"

namespace binnacle::agent {
namespace {

TEST_CASE("health says whether the proxy can serve, and in one line why not") {
  absl::Status ready = absl::UnavailableError("no certificate yet");
  std::string detail;
  HealthServer server({[&] { return ready; }, [&] { return detail; }, [] { return "m 1\n"; }});
  const auto bound = server.Start({"127.0.0.1", 0});
  REQUIRE(bound.ok());
  httplib::Client client(bound->host, bound->port);

  auto answer = client.Get("/healthz/ready");
  REQUIRE(answer);
  CHECK(answer->status == 503);
  CHECK(answer->body == "no certificate yet\n");
  ready = absl::OkStatus();
  CHECK(client.Get("/healthz/ready")->body == "ready\n");
  CHECK(client.Get("/healthz/ready")->status == 200);
  detail = "the control plane is away";
  CHECK(client.Get("/healthz/ready")->body == "ready; the control plane is away\n");
  CHECK(client.Get("/healthz/live")->status == 200);
  CHECK(client.Get("/metrics")->body == "m 1\n");
  CHECK(client.Get("/")->status == 404);
}

TEST_CASE("a port that somebody has is refused") {
  HealthServer first({});
  const auto bound = first.Start({"127.0.0.1", 0});
  REQUIRE(bound.ok());
  HealthServer second({});
  CHECK(absl::IsUnavailable(second.Start(*bound).status()));
}

}  // namespace
}  // namespace binnacle::agent
