#include "translator/resource.h"

#include <catch2/catch.hpp>

#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/service/discovery/v3/discovery.pb.h"
#include "translator/resource_pool.h"
#include "translator/resource_set.h"

namespace binnacle::translator {
namespace {

using envoy::config::cluster::v3::Cluster;
using envoy::service::discovery::v3::DeltaDiscoveryResponse;
using envoy::service::discovery::v3::DiscoveryResponse;

Cluster Named(const std::string& name) {
  Cluster cluster;
  cluster.set_name(name);
  cluster.set_alt_stat_name(std::string(300, 's'));
  return cluster;
}

ResourcePtr Make(const Cluster& cluster, Origins origins = {}) {
  return Resource::Make(ResourceType::kCluster, cluster.name(), cluster, std::move(origins));
}

TEST_CASE("a resource's stored bytes are an entry of a delta response as they stand") {
  const auto resource = Make(Named("a"));
  DeltaDiscoveryResponse response;
  REQUIRE(response.ParseFromString(std::string(resource->delta_entry())));
  REQUIRE(response.resources_size() == 1);
  CHECK(response.resources(0).name() == "a");
  CHECK(response.resources(0).version() == resource->version());
  Cluster cluster;
  REQUIRE(response.resources(0).resource().UnpackTo(&cluster));
  CHECK(cluster.SerializeAsString() == Named("a").SerializeAsString());
}

TEST_CASE("the tail of the same bytes is an entry of a state-of-the-world response") {
  const auto resource = Make(Named("a"));
  DiscoveryResponse response;
  REQUIRE(response.ParseFromString(std::string(resource->sotw_entry())));
  REQUIRE(response.resources_size() == 1);
  Cluster cluster;
  REQUIRE(response.resources(0).UnpackTo(&cluster));
  CHECK(cluster.name() == "a");
  CHECK(std::string(resource->message()) == Named("a").SerializeAsString());
}

TEST_CASE("a version tells contents apart and nothing else") {
  Cluster other = Named("a");
  other.set_alt_stat_name("t");
  CHECK(Make(Named("a"))->version() == Make(Named("a"))->version());
  CHECK(Make(Named("a"))->version() != Make(other)->version());
  CHECK(Make(Named("a"))->version().size() == 16);
}

TEST_CASE("an equal resource is held once, whoever makes it") {
  ResourcePool pool;
  const auto first = pool.Intern(Make(Named("a")));
  CHECK(pool.Intern(Make(Named("a"))) == first);
  CHECK(pool.Intern(Make(Named("b"))) != first);
  policy::Origin origin;
  origin.file = std::make_shared<const std::string>("moved.yaml");
  CHECK(pool.Intern(Make(Named("a"), {origin}))->origins().size() == 1);
}

TEST_CASE("a set is in order of names, and its version changes with any of its resources") {
  const auto a = Make(Named("a"));
  const auto b = Make(Named("b"));
  const ResourceSet set({b, a});
  CHECK(std::vector(set.begin(), set.end()) == std::vector{a, b});
  CHECK(set.Find("b") == b);
  CHECK(set.Find("c") == nullptr);
  CHECK(set.version() == ResourceSet({a, b}).version());
  CHECK(set.version() != ResourceSet({a}).version());
}

}  // namespace
}  // namespace binnacle::translator
