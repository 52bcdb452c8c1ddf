#include "mesh/rule_index.h"

#include <algorithm>
#include <tuple>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "mesh/hashing_rule.h"
#include "mesh/lookup.h"
#include "mesh/wildcard_order.h"

namespace binnacle::mesh {
namespace {

using policy::v1::DestinationRule;

// Rules merge only with rules that the same clients see.
using Audience = std::pair<ExportTo, policy::Labels>;

struct Merging {
  std::shared_ptr<Rule> rule;
  std::shared_ptr<DestinationRule> spec;
  absl::flat_hash_set<std::string> subsets;
};

Audience AudienceOf(const policy::Object& object, const MeshSettings& settings) {
  const auto& spec = object.As<DestinationRule>();
  const auto& fallback = settings.config.default_destination_rule_export_to();
  const auto& labels = spec.workload_selector().match_labels();
  return {ResolveExportTo(spec.export_to(),
                          ParseExportTo({fallback.begin(), fallback.end()}, object.key.ns),
                          object.key.ns),
          policy::Labels(labels.begin(), labels.end())};
}

void MergeInto(Merging& merging, const DestinationRule& spec) {
  for (const auto& subset : spec.subsets()) {
    if (merging.subsets.insert(subset.name()).second) *merging.spec->add_subsets() = subset;
  }
  if (!merging.spec->has_traffic_policy() && spec.has_traffic_policy()) {
    *merging.spec->mutable_traffic_policy() = spec.traffic_policy();
  }
}

Merging Begin(const policy::Object& object, const Audience& audience) {
  Merging merging{std::make_shared<Rule>(), std::make_shared<DestinationRule>(), {}};
  merging.rule->ns = object.key.ns;
  merging.rule->name = object.key.name;
  std::tie(merging.rule->export_to, merging.rule->selector) = audience;
  *merging.spec = object.As<DestinationRule>();
  merging.spec->clear_subsets();
  return merging;
}

RuleSet Merge(const PrecedenceSet& objects, const MeshSettings& settings) {
  std::vector<std::pair<Audience, Merging>> merged;
  for (const ObjectPtr& object : objects) {
    const Audience audience = AudienceOf(*object, settings);
    auto it = std::find_if(merged.begin(), merged.end(),
                           [&](const auto& entry) { return entry.first == audience; });
    if (it == merged.end()) {
      it = merged.insert(it, {audience, Begin(*object, audience)});
    }
    MergeInto(it->second, object->As<DestinationRule>());
    it->second.rule->origins.push_back(object->origin);
  }
  RuleSet rules;
  for (auto& [audience, merging] : merged) {
    merging.rule->spec = std::move(merging.spec);
    rules.push_back(std::move(merging.rule));
  }
  return rules;
}

// A rule that picks its clients has the rule for everybody merged beneath it.
RuleSet LayUnderSelectors(RuleSet rules) {
  for (auto& rule : rules) {
    if (rule->selector.empty()) continue;
    auto base = std::find_if(rules.begin(), rules.end(), [&](const auto& other) {
      return other->selector.empty() && other->export_to.VisibleTo(rule->ns);
    });
    if (base == rules.end()) continue;
    Merging merging{
        std::make_shared<Rule>(*rule), std::make_shared<DestinationRule>(*rule->spec), {}};
    for (const auto& subset : rule->spec->subsets()) merging.subsets.insert(subset.name());
    MergeInto(merging, *(*base)->spec);
    merging.rule->origins.insert(merging.rule->origins.end(), (*base)->origins.begin(),
                                 (*base)->origins.end());
    merging.rule->spec = std::move(merging.spec);
    rule = std::move(merging.rule);
  }
  return rules;
}

// True if that is a change.
bool Put(const std::string& host, bool there, std::set<std::string>& hosts) {
  return there ? hosts.insert(host).second : hosts.erase(host) > 0;
}

}  // namespace

void RuleIndex::Change(const ObjectPtr& before, const ObjectPtr& now,
                       const MeshSettings& settings) {
  auto place = [&](const policy::Object& object) {
    return Place{object.key.ns,
                 ResolveHost(object.As<DestinationRule>().host(), object.key.ns, settings.domain)};
  };
  if (before != nullptr) {
    rules_[place(*before)].erase(before);
    dirty_.insert(place(*before));
  }
  if (now != nullptr) {
    rules_[place(*now)].insert(now);
    dirty_.insert(place(*now));
  }
}

void RuleIndex::Derive(const MeshSettings& settings, FactWriter& writer) {
  std::set<std::string> wildcard_dirty;
  std::set<std::string> hashing_dirty;
  for (const Place& place : std::exchange(dirty_, {})) {
    const auto& [ns, host] = place;
    const auto it = rules_.find(place);
    const bool gone = it->second.empty();
    bool hashing = false;
    if (gone) {
      rules_.erase(it);
      writer.Erase<FactKind::kDestinationRules>(Qualified(ns, host));
    } else {
      RuleSet rules = LayUnderSelectors(Merge(it->second, settings));
      hashing = absl::c_any_of(rules, [](const auto& rule) { return AsksForHashing(*rule->spec); });
      writer.SetShared<FactKind::kDestinationRules>(
          Qualified(ns, host), std::make_shared<const RuleSet>(std::move(rules)));
    }
    if (Put(host, hashing, hashing_[ns])) hashing_dirty.insert(ns);
    if (absl::StartsWith(host, "*") && Put(host, !gone, wildcards_[ns])) wildcard_dirty.insert(ns);
  }
  for (const std::string& ns : wildcard_dirty) {
    writer.Set<FactKind::kWildcardRules>(ns, LongestFirst(wildcards_[ns]));
  }
  for (const std::string& ns : hashing_dirty) {
    writer.Set<FactKind::kHashingHosts>(ns, {hashing_[ns].begin(), hashing_[ns].end()});
  }
}

}  // namespace binnacle::mesh
