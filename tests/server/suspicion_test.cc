#include "server/suspicion.h"

#include <catch2/catch.hpp>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "tests/server/fake_offer.h"

namespace binnacle::server {
namespace {

using Strings = std::vector<std::string>;
constexpr auto kCds = ResourceType::kCluster;
constexpr auto kEds = ResourceType::kEndpoint;

Suspect NewSuspect(const std::string& name, const std::string& content = "1") {
  const auto resource = NewResource(kEds, name, content);
  return {resource, {"", resource->version()}, nullptr};
}

Strings NamesOf(const std::vector<Suspect>& suspects) {
  Strings names;
  for (const Suspect& suspect : suspects) names.push_back(suspect.name());
  return names;
}

std::vector<ResourcePtr> ResourcesOf(const std::vector<Suspect>& suspects) {
  std::vector<ResourcePtr> resources;
  resources.reserve(suspects.size());
  for (const Suspect& suspect : suspects) resources.push_back(suspect.resource);
  return resources;
}

// Those that are sent while the others wait.
std::vector<Suspect> OnTrial(const Suspicion& suspicion) {
  const Strings waiting = NamesOf(suspicion.Waiting());
  std::vector<Suspect> trial = suspicion.All();
  std::erase_if(trial, [&](const Suspect& s) { return absl::c_linear_search(waiting, s.name()); });
  return trial;
}

// Plays a proxy that refuses responses with any of `bad`, until nobody is
// suspected. Returns whom it convicts, and in how many responses.
std::pair<Strings, int> Find(std::vector<Suspect> suspects, const Strings& bad,
                             const std::string& error) {
  Suspicion suspicion;
  Strings convicted;
  auto note = [&](const Suspicion::Verdict& verdict) {
    for (const std::string& name : NamesOf(verdict.guilty)) convicted.push_back(name);
  };
  note(suspicion.Refused(kEds, std::move(suspects), error));
  int responses = 0;
  while (suspicion.open()) {
    REQUIRE(++responses < 1000);
    const auto trial = OnTrial(suspicion);
    REQUIRE_FALSE(trial.empty());
    const bool refused = absl::c_any_of(
        NamesOf(trial), [&](const std::string& name) { return absl::c_linear_search(bad, name); });
    if (refused) {
      note(suspicion.Refused(kEds, trial, error));
    } else {
      suspicion.Accepted(ResourcesOf(trial));
    }
  }
  absl::c_sort(convicted);
  return {convicted, responses};
}

TEST_CASE("a single suspect is guilty at once") {
  Suspicion suspicion;
  const auto verdict = suspicion.Refused(kEds, {NewSuspect("a")}, "no");
  CHECK(NamesOf(verdict.guilty) == Strings{"a"});
  CHECK_FALSE(suspicion.open());
}

TEST_CASE("culprits among many are found, however many there are") {
  std::vector<Suspect> suspects;
  suspects.reserve(101);
  for (int i = 0; i < 100; ++i) suspects.push_back(NewSuspect(absl::StrCat("s", i)));
  for (const Strings& bad :
       {Strings{"s0"}, Strings{"s99"}, Strings{"s41"}, Strings{"s13", "s14", "s77"}}) {
    const auto [convicted, responses] = Find(suspects, bad, "no");
    CHECK(convicted == bad);
    CHECK(responses <= static_cast<int>(bad.size()) * 14);
  }
}

TEST_CASE("who bears what the refusal quotes is tried first, alone") {
  std::vector<Suspect> suspects;
  suspects.reserve(101);
  for (int i = 0; i < 100; ++i) suspects.push_back(NewSuspect(absl::StrCat("s", i)));
  suspects.push_back(NewSuspect("bad", "^(a|b){99}$"));
  const auto [convicted, responses] =
      Find(suspects, {"bad"}, "regex '^(a|b){99}$' RE2 program size of 5000 > 100");
  CHECK(convicted == Strings{"bad"});
  CHECK(responses == 2);
}

TEST_CASE("a quotation alone convicts nobody") {
  std::vector<Suspect> suspects = {NewSuspect("loud", "quoted"), NewSuspect("quiet", "x"),
                                   NewSuspect("other", "y")};
  CHECK(Find(suspects, {"quiet"}, "about 'quoted'").first == Strings{"quiet"});
}

TEST_CASE("Envoy names the clusters and listeners that it refuses, and takes the others") {
  const Strings names = {"outbound|80||a.test", "outbound|80||b.test", "outbound|80|v1|b.test"};
  CHECK(NamedAsRefused("Error adding/updating cluster(s) outbound|80||a.test: no such policy, "
                       "outbound|80|v1|b.test: too large",
                       names) == Strings{"outbound|80||a.test", "outbound|80|v1|b.test"});
  CHECK(NamedAsRefused("Error adding/updating listener(s) 0.0.0.0_80: bad\nvirtualInbound: bad\n",
                       {"0.0.0.0_80", "0.0.0.0_8", "virtualInbound", "Inbound"}) ==
        Strings{"0.0.0.0_80", "virtualInbound"});
  CHECK(NamedAsRefused("outbound|80||a.test: said otherwise", names).empty());

  Suspicion suspicion;
  const auto verdict = suspicion.Refused(kCds, {NewSuspect("a"), NewSuspect("b"), NewSuspect("c")},
                                         "Error adding/updating cluster(s) b: no");
  CHECK(NamesOf(verdict.guilty) == Strings{"b"});
  CHECK(verdict.others_taken);
  CHECK_FALSE(suspicion.open());
}

TEST_CASE("where Envoy's words were cut off, those not named are tried again") {
  Suspicion suspicion;
  const std::string cut = absl::StrCat(
      "Error adding/updating cluster(s) b: ", std::string(4096, 'x'), "...(truncated)");
  const auto verdict =
      suspicion.Refused(kCds, {NewSuspect("a"), NewSuspect("b"), NewSuspect("c")}, cut);
  CHECK(NamesOf(verdict.guilty) == Strings{"b"});
  CHECK_FALSE(verdict.others_taken);
  CHECK(NamesOf(OnTrial(suspicion)) == Strings{"a", "c"});
}

TEST_CASE("a suspect that is no longer offered is suspected no more") {
  Suspicion suspicion;
  suspicion.Refused(kEds, {NewSuspect("a"), NewSuspect("b")}, "no");
  FakeOffer offer;
  offer.With(kEds, "a", "1");  // and "b" is gone
  suspicion.Prune(offer);
  CHECK(NamesOf(suspicion.All()) == Strings{"a"});
  offer.With(kEds, "a", "2");
  suspicion.Prune(offer);
  CHECK_FALSE(suspicion.open());
}

}  // namespace
}  // namespace binnacle::server
