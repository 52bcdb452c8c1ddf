#include "server/containment.h"

#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "server/refusals.h"

namespace binnacle::server {

std::vector<Suspect> Containment::Suspects(const Reception& reception,
                                           const std::function<bool(absl::string_view)>& has_own) {
  std::vector<Suspect> suspects;
  for (size_t i = 0; i < reception.answered.size(); ++i) {
    const ResourcePtr& resource = reception.answered[i];
    ResourcePtr before = reception.before[i];
    if (before != nullptr) {
      since_[resource->name()] = before;
    } else if (const auto it = since_.find(resource->name()); it != since_.end()) {
      before = it->second;
    }
    const ResourcePtr& first = at_first_.emplace(resource->name(), before).first->second;
    if (before == nullptr && has_own(resource->name())) {
      // To try parts of it would be to take from the proxy what it came with.
      suspects.push_back({resource, {"", resource->version()}, nullptr, /*indivisible=*/true});
      continue;
    }
    for (ResourcePart& part : ChangedParts(*resource, before.get())) {
      suspects.push_back({resource, std::move(part), first});
    }
  }
  return suspects;
}

Containment::Outcome Containment::Refused(const Reception& reception,
                                          const std::function<bool(absl::string_view)>& has_own) {
  Outcome outcome;
  std::vector<Suspect> suspects = Suspects(reception, has_own);
  if (suspects.empty()) return outcome;  // it has taken all of this before
  const Suspicion::Verdict verdict =
      suspicion_.Refused(type_, std::move(suspects), reception.error);
  Convict(verdict, reception.error, outcome);
  screen_.SetWaiting(suspicion_.Waiting());
  std::set<absl::string_view> guilty;
  for (const Suspect& suspect : verdict.guilty) guilty.insert(suspect.name());
  for (size_t i = 0; i < reception.answered.size(); ++i) {
    const ResourcePtr& resource = reception.answered[i];
    if (verdict.others_taken && !guilty.contains(resource->name())) {
      outcome.taken.push_back(resource);
    } else {
      outcome.doubts.push_back({resource->name(), at_first_[resource->name()] != nullptr});
    }
  }
  if (!verdict.others_taken) {
    for (const std::string& name : reception.removed) outcome.doubts.push_back({name, true});
  }
  ForgetIfFound();
  return outcome;
}

void Containment::Convict(const Suspicion::Verdict& verdict, const std::string& error,
                          Outcome& outcome) {
  convictions_ += verdict.guilty.size();
  for (const Suspect& suspect : verdict.guilty) {
    screen_.Refuse(suspect);
    if (!suspect.indivisible || type_ != ResourceType::kRoute) {
      outcome.guilty.push_back(suspect);
      continue;
    }
    // It keeps the whole as it was. Of the parts, its class is told of those
    // that its words quote; if there are none, a proxy with nothing to lose will
    // find them.
    for (ResourcePart& part : PartsQuoted(*suspect.resource, error)) {
      outcome.guilty.push_back({suspect.resource, std::move(part), nullptr});
    }
  }
  if (convictions_ <= Refusals::kMost) return;
  // It would refuse whatever it is sent: no use to try on.
  for (const Suspect& suspect : suspicion_.All()) screen_.Refuse(suspect);
  suspicion_.Drop();
}

void Containment::Accepted(const std::vector<ResourcePtr>& resources) {
  if (!suspicion_.open()) return;
  for (const ResourcePtr& resource : resources) since_[resource->name()] = resource;
  suspicion_.Accepted(resources);
  screen_.SetWaiting(suspicion_.Waiting());
  ForgetIfFound();
}

void Containment::ForgetIfFound() {
  if (suspicion_.open()) return;
  at_first_.clear();
  since_.clear();
}

void Containment::Review(Offer& offer) {
  if (suspicion_.open()) {
    suspicion_.Prune(offer);
    screen_.SetWaiting(suspicion_.Waiting());
    ForgetIfFound();
  }
  screen_.Prune(offer);
  if (!screen_.refuses()) convictions_ = 0;
}

}  // namespace binnacle::server
