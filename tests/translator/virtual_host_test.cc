#include "translator/virtual_host.h"

#include <catch2/catch.hpp>

#include "translator/domain_list.h"
#include "translator/serialize.h"

namespace binnacle::translator {
namespace {

using Domains = std::vector<std::string>;

Domains DomainsOf(const mesh::Service& service, absl::string_view client_ns = "default") {
  const std::string fields = ServiceDomains(service, client_ns, "cluster.local");
  const DomainList domains(fields);
  return {domains.begin(), domains.end()};
}

mesh::Service Named(const std::string& host) {
  mesh::Service service;
  service.host = host;
  return service;
}

}  // namespace

TEST_CASE("short names follow from the shape of the name") {
  CHECK(DomainsOf(Named("a.default.svc.cluster.local")) ==
        Domains{"a.default.svc.cluster.local", "a.default.svc.cluster.local.", "a", "a.default.svc",
                "a.default"});
  CHECK(DomainsOf(Named("a.default.svc.cluster.local"), "shop") ==
        Domains{"a.default.svc.cluster.local", "a.default.svc.cluster.local.", "a.default",
                "a.default.svc"});
  CHECK(DomainsOf(Named("api.example.com")) == Domains{"api.example.com", "api.example.com."});
  CHECK(DomainsOf(Named("a.svc.cluster.local")) ==
        Domains{"a.svc.cluster.local", "a.svc.cluster.local."});
}

TEST_CASE("a wildcard has no short names: the shortest would take everything") {
  CHECK(DomainsOf(Named("*.default.svc.cluster.local")) ==
        Domains{"*.default.svc.cluster.local", "*.default.svc.cluster.local."});
}

TEST_CASE("each pod of a headless service has a name below every other") {
  mesh::Service service = Named("a.com");
  service.headless = true;
  CHECK(DomainsOf(service) == Domains{"a.com", "a.com.", "*.a.com", "*.a.com."});
}

TEST_CASE("addresses are names, ranges are not") {
  mesh::Service service = Named("a.com");
  service.addresses = {"10.0.0.1", "10.1.0.0/16", "10.2.0.1/32",
                       "0.0.0.0",  "2001:db8::1", "2001:db8::2/128"};
  CHECK(DomainsOf(service) ==
        Domains{"a.com", "a.com.", "10.0.0.1", "10.2.0.1", "[2001:db8::1]", "[2001:db8::2]"});
}

TEST_CASE("a virtual host written by hand is what protobuf writes") {
  RouteList routes;
  routes.Add({"", "", "a.com:80"}, MatchBytes::OfAll(), "all");
  MatchBytes some;
  policy::v1::HttpMatchRequest match;
  match.mutable_uri()->set_exact("/a");
  some.Set(match);
  routes.Add({"", "", "a.com:80"}, some, "");
  for (const size_t length : {1, 127, 128, 20'000}) {
    const std::string name(length, 'n');
    for (const bool require_tls : {true, false}) {
      const std::string bytes = [&] {
        std::string appended = "before";
        const absl::string_view domains[] = {"a.com", name};
        const VirtualHostFields fields{name, domains, routes, require_tls};
        fields.AppendTo(appended);
        CHECK(appended.size() == 6 + fields.Size());
        return appended.substr(6);
      }();
      envoy::config::route::v3::VirtualHost host;
      REQUIRE(host.ParseFromString(bytes));
      CHECK(Serialize(host) == bytes);
      CHECK(host.name() == name);
      CHECK(host.domains_size() == 2);
      CHECK(host.include_request_attempt_count());
      CHECK((host.require_tls() == host.ALL) == require_tls);
      REQUIRE(host.routes_size() == 2);
      CHECK(host.routes(0).decorator().operation() == "a.com:80/a");
      CHECK(host.routes(1).name() == "all");
    }
  }
}

}  // namespace binnacle::translator
