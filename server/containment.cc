#include "server/containment.h"

#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "server/refusals.h"

namespace binnacle::server {

std::vector<Suspect> Containment::Suspects(const Reception& reception) {
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
    for (ResourcePart& part : ChangedParts(*resource, before.get())) {
      suspects.push_back({resource, std::move(part), first});
    }
  }
  return suspects;
}

Containment::Outcome Containment::Refused(const Reception& reception) {
  Outcome outcome;
  std::vector<Suspect> suspects = Suspects(reception);
  if (suspects.empty()) return outcome;  // it has taken all of this before
  Suspicion::Verdict verdict = suspicion_.Refused(type_, std::move(suspects), reception.error);
  Convict(verdict, outcome);
  screen_.SetWaiting(suspicion_.Waiting());
  std::set<absl::string_view> guilty;
  for (const Suspect& suspect : outcome.guilty) guilty.insert(suspect.name());
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

void Containment::Convict(Suspicion::Verdict& verdict, Outcome& outcome) {
  convictions_ += verdict.guilty.size();
  for (const Suspect& suspect : verdict.guilty) screen_.Refuse(suspect);
  outcome.guilty = std::move(verdict.guilty);
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
