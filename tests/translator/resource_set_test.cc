#include "translator/resource_set.h"

#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "translator/resource.h"

namespace binnacle::translator {
namespace {

using SetPtr = std::shared_ptr<const ResourceSet>;

ResourcePtr Make(const std::string& name, int state = 0) {
  return Resource::FromBytes(ResourceType::kCluster, name, absl::StrCat(name, state), {});
}

std::vector<ResourcePtr> All(const ResourceSet& set) { return {set.begin(), set.end()}; }

TEST_CASE("a set after a change is the set that would be made of the same resources at once") {
  std::mt19937 random(7);
  std::map<std::string, ResourcePtr> expected;
  auto set = std::make_shared<const ResourceSet>(std::vector<ResourcePtr>{});
  for (int step = 0; step < 3000; ++step) {
    std::map<std::string, ResourcePtr> changes;
    const int count = 1 + static_cast<int>(random() % 9);
    for (int i = 0; i < count; ++i) {
      const std::string name = absl::StrCat("c", random() % 1200);
      changes[name] = random() % 3 == 0 ? nullptr : Make(name, static_cast<int>(random() % 5));
    }
    std::vector<ResourceSet::Change> told;
    for (const auto& [name, resource] : changes) {
      told.push_back({name, resource});
      if (resource == nullptr) {
        expected.erase(name);
      } else {
        expected[name] = resource;
      }
    }
    set = ResourceSet::With(*set, std::move(told));
    if (step % 50 != 0) continue;
    std::vector<ResourcePtr> resources;
    resources.reserve(expected.size());
    for (const auto& [name, resource] : expected) resources.push_back(resource);
    REQUIRE(All(*set) == resources);
    REQUIRE(set->size() == resources.size());
    REQUIRE(set->version() == ResourceSet(resources).version());
  }
  for (const auto& [name, resource] : expected) CHECK(set->Find(name) == resource);
}

TEST_CASE("a set knows what changed since one that it came from") {
  const auto first = std::make_shared<const ResourceSet>(std::vector{Make("a"), Make("b")});
  const auto second = ResourceSet::With(*first, {{"b", Make("b", 1)}, {"c", Make("c")}});
  const auto third = ResourceSet::With(*second, {{"a", nullptr}, {"c", Make("c", 1)}});
  using Names = std::vector<absl::string_view>;
  CHECK(third->ChangedSince(*third) == Names{});
  CHECK(third->ChangedSince(*second) == Names{"a", "c"});
  CHECK(third->ChangedSince(*first) == Names{"a", "b", "c"});
  CHECK(first->ChangedSince(*third) == std::nullopt);
  CHECK(third->ChangedSince(ResourceSet({Make("a"), Make("b")})) == std::nullopt);
}

TEST_CASE("a set that is many steps on no longer knows what changed, and holds no old names") {
  const auto first = std::make_shared<const ResourceSet>(std::vector{Make("a")});
  SetPtr set = first;
  for (int i = 0; i < 100; ++i) set = ResourceSet::With(*set, {{"a", Make("a", i)}});
  CHECK(set->ChangedSince(*first) == std::nullopt);
}

TEST_CASE("of resources with the same name the first is in the set") {
  const auto first = Make("a", 1);
  const ResourceSet set({first, Make("a", 2)});
  CHECK(All(set) == std::vector{first});
}

}  // namespace
}  // namespace binnacle::translator
