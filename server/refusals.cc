#include "server/refusals.h"

#include <utility>

#include "absl/time/clock.h"

namespace binnacle::server {
namespace {

bool Contains(const ResourcePtr& resource, const ResourcePart& part) {
  return resource != nullptr && PartVersion(*resource, part.name) == part.version;
}

}  // namespace

bool Refusals::Note(Refusal refusal, const ResourcePtr& before) {
  absl::MutexLock lock(&mu_);
  Cases& cases = At(refusal.type);
  auto it = cases.find(refusal.resource);
  const bool usable = before != nullptr && !Contains(before, refusal.part);
  if (it != cases.end() && it->second.substitution.instead == nullptr && usable) {
    it->second.substitution.instead = before;
    Changed(it->second);
  }
  const bool known = it != cases.end() && it->second.parts.contains(refusal.part.name) &&
                     it->second.parts.at(refusal.part.name).part == refusal.part;
  if (known || size_ >= kMost) return false;
  Case& open = it != cases.end() ? it->second : cases[refusal.resource];
  if (usable && open.substitution.instead == nullptr) open.substitution.instead = before;
  open.substitution.withheld[refusal.part.name] = refusal.part.version;
  const std::string part = refusal.part.name;
  if (refusal.since == absl::InfinitePast()) refusal.since = absl::Now();
  open.parts.insert_or_assign(part, std::move(refusal));
  Changed(open);
  return true;
}

bool Refusals::Acknowledged(const ResourcePtr& resource) {
  if (!any(resource->type())) return false;
  absl::MutexLock lock(&mu_);
  Cases& cases = At(resource->type());
  const auto it = cases.find(resource->name());
  if (it == cases.end()) return false;
  Case& open = it->second;
  bool holds_refused = false, changed = false;
  for (auto& [name, refusal] : open.parts) {
    if (!Contains(resource, refusal.part)) continue;
    holds_refused = true;
    if (!std::exchange(refusal.withheld, false)) continue;
    open.substitution.withheld.erase(name);
    changed = true;
  }
  if (!holds_refused && open.substitution.instead == nullptr) {
    open.substitution.instead = resource;
    changed = true;
  }
  if (changed) Changed(open);
  return changed;
}

std::vector<std::string> Refusals::Names(ResourceType type) const {
  std::vector<std::string> names;
  if (!any(type)) return names;
  absl::MutexLock lock(&mu_);
  for (const auto& [name, open] : At(type)) names.push_back(name);
  return names;
}

std::vector<std::string> Refusals::Missing(ResourceType type) const {
  std::vector<std::string> names;
  if (!any(type)) return names;
  absl::MutexLock lock(&mu_);
  for (const auto& [name, open] : At(type)) {
    if (open.substitution.withheld.contains("") && open.substitution.instead == nullptr) {
      names.push_back(name);
    }
  }
  return names;
}

bool Refusals::Refused(ResourceType type, absl::string_view resource,
                       const ResourcePart& part) const {
  if (!any(type)) return false;
  absl::MutexLock lock(&mu_);
  const auto it = At(type).find(resource);
  if (it == At(type).end()) return false;
  const auto found = it->second.parts.find(part.name);
  return found != it->second.parts.end() && found->second.part == part;
}

const Substitute& Refusals::Answer(Case& open, const ResourcePtr& resource) {
  if (open.asked != resource) {
    open.asked = resource;
    open.answer = SubstituteFor(resource, open.substitution);
  }
  return open.answer;
}

ResourcePtr Refusals::Pass(const ResourcePtr& resource) {
  if (resource == nullptr || !any(resource->type())) return resource;
  absl::MutexLock lock(&mu_);
  Cases& cases = At(resource->type());
  const auto it = cases.find(resource->name());
  return it == cases.end() ? resource : Answer(it->second, resource).resource;
}

std::shared_ptr<const translator::ResourceSet> Refusals::Pass(
    ResourceType type, std::shared_ptr<const translator::ResourceSet> all) {
  if (!any(type)) return all;
  std::vector<translator::ResourceSet::Change> changes;
  absl::MutexLock lock(&mu_);
  for (auto& [name, open] : At(type)) {
    const ResourcePtr resource = all->Find(name);
    if (resource == nullptr) continue;
    const Substitute& answer = Answer(open, resource);
    if (answer.withheld) changes.push_back({name, answer.resource});
  }
  if (changes.empty()) return all;
  return translator::ResourceSet::With(*all, std::move(changes));
}

bool Refusals::Lacking(ResourceType type, absl::string_view name) const {
  if (!any(type)) return false;
  absl::MutexLock lock(&mu_);
  const auto it = At(type).find(name);
  return it != At(type).end() && !it->second.substitution.withheld.empty() &&
         it->second.substitution.instead == nullptr;
}

void Refusals::Review(const std::function<ResourcePtr(ResourceType, const std::string&)>& find) {
  for (int i = 0; i < translator::kResourceTypeCount; ++i) {
    const auto type = static_cast<ResourceType>(i);
    for (const std::string& name : Names(type)) {
      const ResourcePtr now = find(type, name);
      absl::MutexLock lock(&mu_);
      const auto it = At(type).find(name);
      if (it == At(type).end()) continue;
      Case& open = it->second;
      const size_t before = open.parts.size();
      std::erase_if(open.parts, [&](const auto& entry) {
        if (Contains(now, entry.second.part)) return false;
        open.substitution.withheld.erase(entry.first);
        return true;
      });
      if (open.parts.size() == before) continue;
      Changed(open);
      if (open.parts.empty()) At(type).erase(it);
      Count();
    }
  }
}

std::vector<Refusal> Refusals::list() const {
  absl::MutexLock lock(&mu_);
  std::vector<Refusal> all;
  for (const Cases& cases : cases_) {
    for (const auto& [name, open] : cases) {
      for (const auto& [part, refusal] : open.parts) all.push_back(refusal);
    }
  }
  return all;
}

void Refusals::Changed(Case& open) {
  open.asked = nullptr;
  open.answer = {};
  Count();
  generation_.fetch_add(1, std::memory_order_acq_rel);
}

void Refusals::Count() {
  size_ = 0;
  for (size_t i = 0; i < cases_.size(); ++i) {
    counts_[i].store(cases_[i].size(), std::memory_order_release);
    for (const auto& [name, open] : cases_[i]) size_ += open.parts.size();
  }
}

}  // namespace binnacle::server
