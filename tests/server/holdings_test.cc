#include "server/holdings.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/server/fake_offer.h"
#include "tests/server/holdings_model.h"
#include "translator/resource_set.h"

namespace binnacle::server {
namespace {

using translator::ResourceSet;
using SetPtr = std::shared_ptr<const ResourceSet>;
using Strings = std::vector<std::string>;

constexpr auto kEds = ResourceType::kEndpoint;

// By name and version: of equal resources either copy may be the one held.
std::vector<std::pair<std::string, std::string>> Told(
    const std::vector<Difference::Vacancy>& vacant) {
  std::vector<std::pair<std::string, std::string>> told;
  told.reserve(vacant.size());
  for (const auto& [name, held] : vacant) {
    told.emplace_back(name, held == nullptr ? "" : held->version());
  }
  return told;
}

// Offers one set, and some resources that can be had by name only.
class SetOffer final : public Offer {
 public:
  SetOffer(SetPtr set, std::map<std::string, ResourcePtr> hidden)
      : set_(std::move(set)), hidden_(std::move(hidden)) {}

  SetPtr All(ResourceType) override { return set_; }
  ResourcePtr Find(ResourceType, absl::string_view name) override {
    ++looked_up;
    if (auto resource = set_->Find(name); resource != nullptr) return resource;
    const auto it = hidden_.find(std::string(name));
    return it == hidden_.end() ? nullptr : it->second;
  }
  uint64_t revision() const override { return 1; }
  absl::Time seen() const override { return absl::InfinitePast(); }

  int looked_up = 0;

 private:
  const SetPtr set_;
  const std::map<std::string, ResourcePtr> hidden_;
};

// A mesh that changes at random, and a proxy of it.
class RandomLife {
 public:
  explicit RandomLife(uint32_t seed)
      : random_(seed), names_(Chance(2) ? 20 : 250), holdings_(kEds), model_(kEds) {
    std::vector<ResourcePtr> first;
    for (int i = 0; i < names_; ++i) {
      if (Chance(2)) first.push_back(Make(Name(i)));
    }
    set_ = std::make_shared<const ResourceSet>(std::move(first));
  }

  void Begin() {
    wildcard_ = Chance(2);
    switch (Below(4)) {
      case 0:
        if (!wildcard_) break;
        holdings_.BelieveAll(set_);
        model_.BelieveAll(*set_);
        break;
      case 1:
        Ask(SomeNames());
        Believe();
        break;
      case 2: {  // as a proxy that comes back
        std::set<std::string> all;
        for (const ResourcePtr& resource : *set_) all.insert(resource->name());
        if (!wildcard_) Ask(all);
        Believe();
        break;
      }
      default:
        Ask(SomeNames());
    }
  }

  void Step() {
    switch (Below(10)) {
      case 0:
      case 1:
      case 2:
        return ChangeMesh();
      case 3:
        return Ask(SomeNames());
      case 4: {
        const auto names = SomeNames();
        const bool again = wildcard_ || Chance(3);
        holdings_.Unwant(Views(names), again);
        return model_.Unwant(names, again);
      }
      case 5: {
        const auto names = Chance(2) ? SomeNames() : model_.wanted();
        REQUIRE(holdings_.WantExactly(Views(names)) == model_.WantExactly(names));
        return;
      }
      case 6: {
        const auto names = SomeNames();
        holdings_.Repeat(names);
        return model_.Repeat(names);
      }
      case 7:
        if (!Chance(4)) return;
        wildcard_ = !wildcard_;
        if (wildcard_) return;
        holdings_.DropUnwanted();
        return model_.DropUnwanted();
      default:
        return Take();
    }
  }

  void Take() {
    const Permit permit{.updates = !Chance(4), .removals = !Chance(4)};
    SetOffer offer(set_, hidden_);
    const Difference got = holdings_.Take(offer, wildcard_, permit);
    const Difference expected = model_.Take(offer, wildcard_, permit);
    REQUIRE(got.sent == expected.sent);
    REQUIRE(got.removed == expected.removed);
    REQUIRE(got.unknown == expected.unknown);
    REQUIRE(Told(got.vacant) == Told(expected.vacant));
    REQUIRE(holdings_.updates_wait() == model_.updates_wait);
    REQUIRE(holdings_.removals_wait() == model_.removals_wait);
  }

  void Compare() {
    const auto wanted = model_.wanted();
    bool wants_rightly = true;
    for (int i = 0; i < names_; ++i) {
      wants_rightly &= holdings_.Wants(Name(i)) == wanted.contains(Name(i));
    }
    REQUIRE(wants_rightly);
    REQUIRE(holdings_.wants_any() == !wanted.empty());
    const auto held = model_.held();
    REQUIRE(Names(holdings_.held()) == Names(held));
    bool holds_rightly = true;
    for (const ResourcePtr& resource : held) {
      holds_rightly &= holdings_.HeldAs(resource->name())->version() == resource->version();
    }
    REQUIRE(holds_rightly);
    REQUIRE(holdings_.Version() == ResourceSet(held).version());
    REQUIRE(holdings_.empty() == (wanted.empty() && held.empty()));
  }

 private:
  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>(random_()) % bound; }
  bool Chance(uint32_t one_in) { return Below(one_in) == 0; }
  static std::string Name(int i) { return absl::StrCat("outbound|80||service-", i); }
  ResourcePtr Make(const std::string& name) {
    return NewResource(kEds, name, absl::StrCat(Below(3)));
  }

  std::set<std::string> SomeNames() {
    std::set<std::string> names;
    const uint32_t count = Chance(3) ? Below(static_cast<uint32_t>(names_)) : Below(5);
    for (uint32_t i = 0; i < count; ++i) names.insert(Name(static_cast<int>(Below(names_))));
    return names;
  }
  static std::vector<absl::string_view> Views(const std::set<std::string>& names) {
    return {names.begin(), names.end()};
  }

  void Ask(const std::set<std::string>& names) {
    holdings_.Want(Views(names));
    model_.Want(names);
  }

  void Believe() {
    const bool rightly = Chance(2);
    std::map<std::string, std::string> versions;
    for (const ResourcePtr& resource : *set_) versions[resource->name()] = resource->version();
    if (!rightly) {
      for (const std::string& name : SomeNames()) versions[name] = Make(name)->version();
      for (const std::string& name : SomeNames()) versions.erase(name);
    }
    auto text = std::make_shared<std::string>();
    for (const auto& [name, version] : versions) absl::StrAppend(text.get(), name, version);
    std::vector<ToldVersions::Entry> entries;
    absl::string_view rest = *text;
    for (const auto& [name, version] : versions) {
      entries.push_back({rest.substr(0, name.size()), rest.substr(name.size(), version.size())});
      rest.remove_prefix(name.size() + version.size());
    }
    std::shuffle(entries.begin(), entries.end(), random_);
    holdings_.Believe(ToldVersions(std::move(text), std::move(entries)));
    model_.Believe(versions);
  }

  void ChangeMesh() {
    std::map<std::string, ResourcePtr> changes;
    for (const std::string& name : SomeNames()) {
      hidden_.erase(name);
      const bool gone = Chance(3);
      if (gone && Chance(2)) hidden_[name] = Make(name);
      changes[name] = gone ? nullptr : Make(name);
    }
    std::vector<ResourceSet::Change> told;
    told.reserve(changes.size());
    for (const auto& [name, resource] : changes) told.push_back({name, resource});
    set_ = ResourceSet::With(*set_, std::move(told));
    if (Chance(4))
      set_ = std::make_shared<const ResourceSet>(std::vector(set_->begin(), set_->end()));
  }

  std::mt19937 random_;
  const int names_;
  SetPtr set_;
  std::map<std::string, ResourcePtr> hidden_;
  bool wildcard_ = false;
  Holdings holdings_;
  HoldingsModel model_;
};

TEST_CASE("what is shared and looked at only in part tells the same as a map walked whole") {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    RandomLife life(seed);
    life.Begin();
    for (int step = 0; step < 150; ++step) {
      CAPTURE(step);
      life.Step();
      life.Compare();
    }
  }
}

SetPtr ManyEndpoints(int count) {
  std::vector<ResourcePtr> resources;
  resources.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) resources.push_back(NewResource(kEds, absl::StrCat("e", i), "1"));
  return std::make_shared<const ResourceSet>(std::move(resources));
}

TEST_CASE("what was compared once is not looked for again") {
  const SetPtr set = ManyEndpoints(1000);
  SetOffer offer(set, {});
  Holdings holdings(kEds);
  Strings names;
  for (const ResourcePtr& resource : *set) names.push_back(resource->name());
  holdings.Want({names.begin(), names.end()});
  CHECK(holdings.Take(offer, false, {}).sent.size() == 1000);
  const SetPtr next = ResourceSet::With(*set, {{"e7", NewResource(kEds, "e7", "2")}});
  SetOffer later(next, {});
  CHECK(Names(holdings.Take(later, false, {}).sent) == Strings{"e7"});
  CHECK(offer.looked_up + later.looked_up == 0);
}

TEST_CASE("equal lists of names are one, in whatever order they come") {
  const auto list = NameList::Of({"b", "a", "c", "a"});
  CHECK(list->size() == 3);
  CHECK((*list)[0] == "a");
  CHECK(list->Contains("c"));
  CHECK_FALSE(list->Contains("d"));
  CHECK(NameList::Of({"c", "b", "a"}) == list);
  CHECK(NameList::Of({"a", "b"}) != list);
}

}  // namespace
}  // namespace binnacle::server
