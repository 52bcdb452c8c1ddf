#include "mesh/label_index.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "mesh/lookup.h"

namespace binnacle::mesh {
namespace {

using policy::Kind;
using policy::Labels;
using policy::ObjectKey;

Labels RandomLabels(std::mt19937& random) {
  Labels labels;
  for (const char* key : {"app", "version", "tier"}) {
    if (random() % 2 == 0) labels[key] = absl::StrCat(random() % 3);
  }
  return labels;
}

TEST_CASE("whoever a selector selects is among its candidates, and who went is not") {
  std::mt19937 random(3);
  LabelIndex index;
  SelectorIndex selectors;
  std::map<ObjectKey, Labels> pods, services;
  for (int step = 0; step < 3000; ++step) {
    const std::string ns = random() % 2 == 0 ? "one" : "two";
    const ObjectKey pod{Kind::kPod, ns, absl::StrCat("p", random() % 20)};
    if (auto it = pods.find(pod); it != pods.end()) {
      index.Remove(pod, it->second);
      pods.erase(it);
    }
    if (random() % 3 != 0) index.Add(pod, pods[pod] = RandomLabels(random));
    const ObjectKey service{Kind::kService, ns, absl::StrCat("s", random() % 20)};
    services.erase(service);
    selectors.Erase(service);
    if (random() % 3 != 0) selectors.Set(service, services[service] = RandomLabels(random));

    const Labels wanted = RandomLabels(random);
    LabelIndex::KeySet selected, selecting, candidates;
    for (const auto& [key, labels] : pods) {
      if (key.ns == ns && !wanted.empty() && Selects(wanted, labels)) selected.insert(key);
    }
    for (const ObjectKey& key : index.Candidates(ns, wanted)) {
      REQUIRE(key.ns == ns);
      if (Selects(wanted, pods.at(key))) candidates.insert(key);
    }
    REQUIRE(candidates == selected);
    for (const auto& [key, selector] : services) {
      if (key.ns == ns && !selector.empty() && Selects(selector, wanted)) selecting.insert(key);
    }
    REQUIRE(selectors.Selecting(ns, wanted) == selecting);
  }
}

}  // namespace
}  // namespace binnacle::mesh
