#include "translator/on_demand_set.h"

#include <catch2/catch.hpp>
#include <string>

#include "google/protobuf/wrappers.pb.h"

namespace binnacle::translator {
namespace {

ResourcePtr Find(absl::string_view name) {
  return Resource::Make(ResourceType::kVirtualHost, std::string(name),
                        google::protobuf::StringValue(), {});
}

const std::vector<std::string> kNone;

}  // namespace

TEST_CASE("the set has what was asked for, from the next update on") {
  OnDemandSet set;
  set.Add("80/a");
  const auto first = set.Update(&kNone, Find);
  CHECK(first->size() == 1);
  CHECK(set.Update(&kNone, Find) == first);
  set.Add("80/b");
  CHECK(set.Update(&kNone, Find)->size() == 2);
}

TEST_CASE("a set whose names are forgotten is empty until they are asked for again") {
  OnDemandSet set;
  set.Add("80/a");
  set.Update(&kNone, Find);
  set.Clear();
  CHECK(set.Update(&kNone, Find)->empty());
  set.Add("80/a");
  CHECK(set.Update(&kNone, Find)->size() == 1);
}

}  // namespace binnacle::translator
