#include "translator/bound_hosts.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"

namespace binnacle::translator {
namespace {

// Contents that differ seldom begin alike.
struct HashOfContent {
  size_t operator()(const HostGroup* group) const {
    const auto& [bindings, require_tls] = group->content;
    return absl::HashOf(bindings.size(), require_tls,
                        bindings.empty() ? nullptr : bindings.front().virtual_service);
  }
};
struct SameContent {
  bool operator()(const HostGroup* a, const HostGroup* b) const { return a->content == b->content; }
};
using Distinct = absl::flat_hash_set<HostGroup*, HashOfContent, SameContent>;

// Servers of several gateways may have brought them in any order.
void PutOldestFirst(HostContent& content) {
  auto before = [](const Binding& a, const Binding& b) {
    return policy::TakesPrecedence(*a.virtual_service, *b.virtual_service);
  };
  auto& bindings = content.bindings;
  if (std::is_sorted(bindings.begin(), bindings.end(), before)) return;
  std::stable_sort(bindings.begin(), bindings.end(), before);
}

// One VirtualService may have come through several gateways.
void JoinGateways(HostContent& content) {
  auto& bindings = content.bindings;
  size_t kept = 0;
  for (size_t i = 1; i < bindings.size(); ++i) {
    if (bindings[i].virtual_service != bindings[kept].virtual_service) {
      if (++kept != i) bindings[kept] = std::move(bindings[i]);
    } else if (const auto gateway = bindings[i].gateways.front();
               bindings[kept].gateways.back() != gateway) {
      bindings[kept].gateways.push_back(gateway);
    }
  }
  if (!bindings.empty()) bindings.resize(kept + 1);
}

}  // namespace

void BoundHosts::Bind(absl::Span<const absl::string_view> hosts,
                      const policy::Object& virtual_service, absl::string_view gateway) {
  Take(hosts, {.before = 0, .virtual_service = &virtual_service, .gateway = gateway});
}

void BoundHosts::RequireTls(absl::Span<const absl::string_view> hosts) { Take(hosts, {}); }

void BoundHosts::Take(absl::Span<const absl::string_view> hosts, Step step) {
  uint32_t taken = 0;  // the step that those come to that were at step.before
  for (absl::string_view name : hosts) {
    Host& host = At(name);
    if (taken == 0 || host.step != step.before) {
      step.before = host.step;
      taken = static_cast<uint32_t>(steps_.size());
      steps_.push_back(step);
    }
    host.step = taken;
  }
}

BoundHosts::Host& BoundHosts::At(absl::string_view name) {
  constexpr size_t kFew = 8;
  if (hosts_.size() < kFew) {
    auto known = absl::c_find_if(hosts_, [&](const Host& host) { return host.name == name; });
    if (known != hosts_.end()) return *known;
    hosts_.push_back({name, 0});
    return hosts_.back();
  }
  if (places_.empty()) {
    for (const Host& host : hosts_) places_.emplace(host.name, places_.size());
  }
  const auto [place, added] = places_.try_emplace(name, hosts_.size());
  if (added) hosts_.push_back({name, 0});
  return hosts_[place->second];
}

HostContent BoundHosts::ContentAt(uint32_t step) const {
  HostContent content;
  for (; step != 0; step = steps_[step].before) {
    const Step& taken = steps_[step];
    if (taken.virtual_service == nullptr) {
      content.require_tls = true;
    } else {
      content.bindings.push_back({taken.virtual_service, {taken.gateway}});
    }
  }
  absl::c_reverse(content.bindings);
  PutOldestFirst(content);
  JoinGateways(content);
  return content;
}

std::vector<const HostGroup*> BoundHosts::Grouped() {
  groups_.reserve(std::min(hosts_.size(), steps_.size()));  // they stay where they are
  std::vector<HostGroup*> at_step(steps_.size());
  const bool all_alike = steps_.size() == 2;
  Distinct distinct;
  for (const Host& host : hosts_) {
    HostGroup*& group = at_step[host.step];
    if (group == nullptr) {
      HostGroup& made = groups_.emplace_back(HostGroup{ContentAt(host.step), {}});
      group = all_alike ? &made : *distinct.insert(&made).first;
      if (group != &made) groups_.pop_back();
    }
    group->hosts.push_back(host.name);
  }
  std::vector<const HostGroup*> groups;
  groups.reserve(groups_.size());
  for (HostGroup& group : groups_) {
    absl::c_sort(group.hosts);
    groups.push_back(&group);
  }
  absl::c_sort(groups,
               [](const HostGroup* a, const HostGroup* b) { return a->hosts[0] < b->hosts[0]; });
  return groups;
}

}  // namespace binnacle::translator
