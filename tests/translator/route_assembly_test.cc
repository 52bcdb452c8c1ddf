#include "translator/route_assembly.h"

#include <catch2/catch.hpp>

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::RouteConfiguration;
using envoy::config::route::v3::VirtualHost;

std::shared_ptr<const VirtualHostPart> Part(const std::string& name,
                                            const std::vector<std::string>& domains) {
  Translated<VirtualHost> host;
  host.message.set_name(name);
  for (const auto& domain : domains) host.message.add_domains(domain);
  return std::make_shared<const VirtualHostPart>(VirtualHostPart::Make(host.message, host.origins));
}

RouteConfiguration Assembled(const std::vector<std::shared_ptr<const VirtualHostPart>>& parts) {
  Translated<RouteConfiguration> shell;
  shell.message.set_name("80");
  auto* last = shell.message.add_virtual_hosts();
  last->set_name("allow_any");
  last->add_domains("*");
  RouteConfiguration routes;
  REQUIRE(
      routes.ParseFromString(AssembleRoutes(shell, ResolveDomains(shell.message, parts)).message));
  return routes;
}

TEST_CASE("virtual hosts made apart come together in order, the catch-all last") {
  const auto routes = Assembled({Part("a", {"a"}), Part("b", {"b", "b.example"})});
  CHECK(routes.name() == "80");
  REQUIRE(routes.virtual_hosts_size() == 3);
  CHECK(routes.virtual_hosts(0).name() == "a");
  CHECK(routes.virtual_hosts(1).domains_size() == 2);
  CHECK(routes.virtual_hosts(2).name() == "allow_any");
}

TEST_CASE("a domain that two virtual hosts claim stays with the first") {
  const auto routes =
      Assembled({Part("a", {"a", "10.0.0.1"}), Part("b", {"b", "10.0.0.1"}), Part("c", {"a"})});
  REQUIRE(routes.virtual_hosts_size() == 3);
  CHECK(routes.virtual_hosts(1).name() == "b");
  REQUIRE(routes.virtual_hosts(1).domains_size() == 1);
  CHECK(routes.virtual_hosts(1).domains(0) == "b");
  CHECK(routes.virtual_hosts(2).name() == "allow_any");
}

}  // namespace
}  // namespace binnacle::translator
