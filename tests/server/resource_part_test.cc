#include "server/resource_part.h"

#include <catch2/catch.hpp>

#include "envoy/config/route/v3/route.pb.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "tests/server/fake_offer.h"
#include "tests/server/route_resource.h"

namespace binnacle::server {
namespace {

using envoy::config::route::v3::RouteConfiguration;
using envoy::config::route::v3::VirtualHost;
using Strings = std::vector<std::string>;

Strings PartNames(const std::vector<ResourcePart>& parts) {
  Strings names;
  for (const ResourcePart& part : parts) names.push_back(part.name);
  return names;
}

Substitution Withhold(const ResourcePtr& resource, const std::string& part, ResourcePtr instead) {
  return {std::move(instead), {{part, PartVersion(*resource, part)}}};
}

TEST_CASE("the parts of a route configuration are its virtual hosts and the whole") {
  const auto routes = NewRoutes("80", {{"a", "1"}, {"b", "1"}});
  CHECK(PartNames(PartsOf(*routes)) == Strings{"a", "b", ""});
  CHECK(PartNames(PartsOf(*NewResource(ResourceType::kCluster, "c", "1"))) == Strings{""});
}

TEST_CASE("only virtual hosts that differ from before are changed parts") {
  const auto before = NewRoutes("80", {{"a", "1"}, {"b", "1"}});
  const auto after = NewRoutes("80", {{"a", "1"}, {"b", "2"}, {"c", "1"}});
  CHECK(PartNames(ChangedParts(*after, before.get())) == Strings{"b", "c"});
  CHECK(PartNames(ChangedParts(*after, nullptr)) == Strings{"a", "b", "c"});
  CHECK(ChangedParts(*after, after.get()).empty());
  const auto fewer = NewRoutes("80", {{"a", "1"}});
  CHECK(PartNames(ChangedParts(*fewer, before.get())) == Strings{""});
}

TEST_CASE("a withheld virtual host stands as it was before, and the others as they are now") {
  const auto before = NewRoutes("80", {{"a", "1"}, {"b", "1"}});
  const auto after = NewRoutes("80", {{"a", "2"}, {"b", "2"}});
  const Substitute got = SubstituteFor(after, Withhold(after, "b", before));
  CHECK(got.withheld);
  CHECK_FALSE(got.crippled);
  CHECK(got.resource->version() == NewRoutes("80", {{"a", "2"}, {"b", "1"}})->version());
}

TEST_CASE("a withheld virtual host that there was not before is left out") {
  const auto before = NewRoutes("80", {{"a", "1"}});
  const auto after = NewRoutes("80", {{"a", "1"}, {"b", "1"}});
  const Substitute known = SubstituteFor(after, Withhold(after, "b", before));
  CHECK(known.resource->version() == before->version());
  CHECK_FALSE(known.crippled);
  const Substitute unknown = SubstituteFor(after, Withhold(after, "b", nullptr));
  CHECK(unknown.resource->version() == before->version());
  CHECK(unknown.crippled);
}

TEST_CASE("domains that another virtual host has taken over are not brought back") {
  RouteConfiguration former;
  former.set_name("80");
  auto& shared = *former.add_virtual_hosts();
  shared.set_name("a");
  shared.add_domains("a");
  shared.add_domains("b");
  const auto before = translator::Resource::Make(ResourceType::kRoute, "80", former, {});
  const auto after = NewRoutes("80", {{"a", "2"}, {"b", "2"}});
  const Substitute got = SubstituteFor(after, Withhold(after, "a", before));
  RouteConfiguration routes;
  const absl::string_view bytes = got.resource->message();
  REQUIRE(routes.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  REQUIRE(routes.virtual_hosts_size() == 2);
  REQUIRE(routes.virtual_hosts(0).domains_size() == 1);
  CHECK(routes.virtual_hosts(0).domains(0) == "a");
}

TEST_CASE("another version of a withheld part is not touched") {
  const auto refused = NewRoutes("80", {{"a", "1"}, {"b", "2"}});
  const auto mended = NewRoutes("80", {{"a", "1"}, {"b", "3"}});
  const Substitute got = SubstituteFor(mended, Withhold(refused, "b", nullptr));
  CHECK_FALSE(got.withheld);
  CHECK(got.resource == mended);
}

TEST_CASE("where nothing is known, what proxies wait for becomes empty, and the rest absent") {
  const auto routes = NewRoutes("80", {{"a", "1"}});
  CHECK(SubstituteFor(routes, Withhold(routes, "", nullptr)).resource->version() ==
        NewRoutes("80", {})->version());
  const auto host = NewResource(ResourceType::kVirtualHost, "80/a", "1");
  VirtualHost empty;
  REQUIRE(empty.ParseFromString(
      std::string(SubstituteFor(host, Withhold(host, "", nullptr)).resource->message())));
  CHECK(empty.domains(0) == "a");
  CHECK(empty.routes().empty());
  const auto cluster = NewResource(ResourceType::kCluster, "c", "1");
  const Substitute gone = SubstituteFor(cluster, Withhold(cluster, "", nullptr));
  CHECK(gone.resource == nullptr);
  CHECK(gone.crippled);
}

TEST_CASE("origins of a part are its own where they are known") {
  policy::Origin own, other;
  own.line = 3;
  other.line = 7;
  auto part = std::make_shared<translator::PartOrigins>();
  part->name = "a";
  part->origins = {own};
  const auto routes = NewRoutes("80", {{"a", "1"}, {"b", "1"}}, {own, other}, {part});
  REQUIRE(OriginsOf(*routes, "a").size() == 1);
  CHECK(OriginsOf(*routes, "a")[0].line == 3);
  CHECK(OriginsOf(*routes, "b").size() == 2);
}

TEST_CASE("a part refers to a name that stands whole in one of its fields") {
  const auto routes = NewRoutes("80", {{"a", "outbound|80||x.test"}, {"b", "outbound|80||x.te"}});
  CHECK(PartRefersTo(*routes, "a", {"outbound|80||x.test"}));
  CHECK_FALSE(PartRefersTo(*routes, "a", {"outbound|80||x.te"}));
  CHECK(PartRefersTo(*routes, "b", {"outbound|80||x.te"}));
}

}  // namespace
}  // namespace binnacle::server
