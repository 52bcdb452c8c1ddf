#include "server/screen.h"

#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "server/refusals.h"

namespace binnacle::server {
namespace {

bool HasNamedParts(const ResourcePtr& resource) {
  return resource != nullptr && !PartsOf(*resource).front().name.empty();
}

}  // namespace

void Screen::Add(const Suspect& suspect, Substitutions& into) {
  Substitution& substitution = into[suspect.name()];
  if (substitution.instead == nullptr) substitution.instead = suspect.before;
  substitution.withheld[suspect.part.name] = suspect.part.version;
}

void Screen::Forget() { asked_ = answer_ = nullptr; }

void Screen::Refuse(const Suspect& suspect) {
  Add(suspect, own_);
  Forget();
}

void Screen::SetWaiting(const std::vector<Suspect>& waiting) {
  waiting_.clear();
  for (const Suspect& suspect : waiting) Add(suspect, waiting_);
  Forget();
}

void Screen::SetDependent(const std::vector<Suspect>& dependent) {
  dependent_.clear();
  for (const Suspect& suspect : dependent) Add(suspect, dependent_);
  Forget();
}

void Screen::Prune(Offer& offer) {
  if (own_.empty()) return;
  const Refusals* refusals = offer.refusals();
  for (auto& [name, substitution] : own_) {
    const ResourcePtr offered = offer.Find(type_, name);
    const auto parts = offered == nullptr ? std::vector<ResourcePart>() : PartsOf(*offered);
    std::erase_if(substitution.withheld, [&, &resource = name](const auto& withheld) {
      const ResourcePart part{withheld.first, withheld.second};
      return !absl::c_linear_search(parts, part) &&
             (refusals == nullptr || !refusals->Refused(type_, resource, part));
    });
  }
  std::erase_if(own_, [](const auto& entry) { return entry.second.withheld.empty(); });
  Forget();
}

std::vector<std::string> Screen::Lost() const {
  std::vector<std::string> lost;
  for (const auto& [name, substitution] : own_) {
    if (substitution.instead == nullptr && substitution.withheld.contains("")) lost.push_back(name);
  }
  return lost;
}

bool Screen::keeps_former() const {
  const auto former = [](const auto& entry) { return entry.second.instead != nullptr; };
  return absl::c_any_of(own_, former) || absl::c_any_of(waiting_, former) ||
         absl::c_any_of(dependent_, former);
}

Substitute Screen::Answer(const std::string& name, const ResourcePtr& offered) const {
  Substitution all;
  for (const Substitutions* some : {&own_, &waiting_, &dependent_}) {
    const auto it = some->find(name);
    if (it == some->end()) continue;
    if (all.instead == nullptr) all.instead = it->second.instead;
    all.withheld.insert(it->second.withheld.begin(), it->second.withheld.end());
  }
  Substitute answer = SubstituteFor(offered, all);
  // For a moment, nothing is better than a stand-in, which the proxy would begin
  // to serve with.
  if (answer.crippled && waiting_.contains(name) && !HasNamedParts(answer.resource)) {
    answer.resource = nullptr;
  }
  return answer;
}

ResourcePtr Screen::Pass(const ResourcePtr& offered) const {
  return offered == nullptr ? nullptr : Answer(offered->name(), offered).resource;
}

std::shared_ptr<const translator::ResourceSet> Screen::Pass(
    const std::shared_ptr<const translator::ResourceSet>& offered) const {
  if (asked_ == offered) return answer_;
  std::set<std::string> names;
  for (const Substitutions* some : {&own_, &waiting_, &dependent_}) {
    for (const auto& [name, substitution] : *some) names.insert(name);
  }
  std::vector<translator::ResourceSet::Change> changes;
  for (const std::string& name : names) {
    const ResourcePtr resource = offered->Find(name);
    if (resource == nullptr) continue;
    const Substitute answer = Answer(name, resource);
    if (answer.withheld) changes.push_back({name, answer.resource});
  }
  asked_ = offered;
  answer_ = changes.empty() ? offered : translator::ResourceSet::With(*offered, std::move(changes));
  return answer_;
}

Withholding Screen::Withheld(absl::string_view name) const {
  if (const auto it = waiting_.find(name); it != waiting_.end() && it->second.instead == nullptr) {
    return Withholding::kForNow;
  }
  if (const auto it = own_.find(name); it != own_.end() && it->second.instead == nullptr) {
    return Withholding::kForGood;
  }
  return Withholding::kNot;
}

}  // namespace binnacle::server
