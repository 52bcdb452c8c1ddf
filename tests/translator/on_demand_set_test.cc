#include "translator/on_demand_set.h"

#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/wrappers.pb.h"

namespace binnacle::translator {
namespace {

ResourcePtr Find(absl::string_view name) {
  return Resource::Make(ResourceType::kVirtualHost, std::string(name),
                        google::protobuf::StringValue(), {});
}

const std::vector<std::string> kNone;

std::string Name(size_t i) { return absl::StrCat("80/h", i); }

// Asks for ever new names, from `next` on, until it is full.
size_t Fill(OnDemandSet& set, size_t next) {
  while (!set.full()) set.Add(Name(next++));
  return next;
}

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

TEST_CASE("of ever new names those go that nobody asks for again") {
  OnDemandSet set;
  size_t next = Fill(set, 0);
  const size_t many = next;
  CHECK(set.StartOver().empty());  // it is not known yet who comes back
  CHECK(set.Update(&kNone, Find)->empty());
  set.Add(Name(1));
  next = Fill(set, next);
  const auto forgotten = set.StartOver();
  CHECK(forgotten.size() == many - 1);
  CHECK(std::find(forgotten.begin(), forgotten.end(), Name(1)) == forgotten.end());
  for (int turn = 0; turn < 3; ++turn) {
    const size_t before = next;
    next = Fill(set, next);
    CHECK(next - before == many);  // the bound does not grow with what is forgotten
    set.StartOver();
  }
}

TEST_CASE("in a mesh that never changes ever new names are too many at some time") {
  OnDemandSet set;
  size_t next = 0;
  while (!set.overfull()) set.Add(Name(next++));
  CHECK(next == 65536);
  set.StartOver();
  CHECK_FALSE(set.overfull());
  while (!set.overfull()) set.Add(Name(next++));
  CHECK(next == 2 * 65536);
}

TEST_CASE("names that are still asked for make room for as many again") {
  OnDemandSet set;
  const size_t many = Fill(set, 0);
  set.StartOver();
  for (size_t i = 0; i < many; ++i) set.Add(Name(i));
  CHECK(set.full());
  CHECK(set.StartOver().empty());
  for (size_t i = 0; i < many; ++i) set.Add(Name(i));
  CHECK_FALSE(set.full());
}

}  // namespace binnacle::translator
