#include "server/suspicion.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace binnacle::server {
namespace {

constexpr absl::string_view kEach = "Error adding/updating ";
// Envoy cuts longer words off: then some names may be missing.
constexpr size_t kMostWords = 4096;
// Shorter quotations are in every second resource.
constexpr size_t kTellingQuotation = 4;

// Name of the resource, name and version of the part.
using PartKey = std::tuple<std::string, std::string, std::string>;
using Parts = std::set<PartKey>;

PartKey KeyOf(const Suspect& suspect) {
  return {suspect.name(), suspect.part.name, suspect.part.version};
}

void AddParts(const translator::Resource& resource, Parts& parts) {
  for (ResourcePart& part : PartsOf(resource)) {
    parts.emplace(resource.name(), std::move(part.name), std::move(part.version));
  }
}

std::vector<std::string> Quotations(absl::string_view error) {
  std::vector<std::string> quotations;
  for (const char quote : {'\'', '"'}) {
    const std::vector<absl::string_view> pieces = absl::StrSplit(error, quote);
    for (size_t i = 1; i < pieces.size(); i += 2) {
      if (pieces[i].size() >= kTellingQuotation) quotations.emplace_back(pieces[i]);
    }
  }
  return quotations;
}

bool Named(absl::string_view error, absl::string_view name) {
  const std::string wanted = absl::StrCat(name, ": ");
  for (size_t at = error.find(wanted); at != absl::string_view::npos;
       at = error.find(wanted, at + 1)) {
    if (at == 0 || error[at - 1] == ' ' || error[at - 1] == '\n') return true;
  }
  return false;
}

}  // namespace

std::vector<ResourcePart> PartsQuoted(const translator::Resource& resource,
                                      absl::string_view error) {
  std::vector<ResourcePart> parts = PartsOf(resource);
  const std::vector<std::string> quotations = Quotations(error);
  std::erase_if(parts, [&](const ResourcePart& part) {
    return part.name.empty() || !PartMentions(resource, part.name, quotations);
  });
  return parts;
}

std::vector<std::string> NamedAsRefused(absl::string_view error,
                                        const std::vector<std::string>& names) {
  std::vector<std::string> named;
  if (!absl::StartsWith(error, kEach)) return named;
  absl::c_copy_if(names, std::back_inserter(named),
                  [&](const std::string& name) { return Named(error, name); });
  return named;
}

Suspicion::Verdict Suspicion::Refused(ResourceType type, std::vector<Suspect> suspects,
                                      const std::string& error) {
  Parts refused;
  for (const Suspect& suspect : suspects) refused.insert(KeyOf(suspect));
  Remove([&](const Suspect& suspect) { return refused.contains(KeyOf(suspect)); });
  Verdict verdict;
  if (type == ResourceType::kCluster || type == ResourceType::kListener) {
    std::vector<std::string> names;
    names.reserve(suspects.size());
    for (const Suspect& suspect : suspects) names.push_back(suspect.name());
    const auto named = NamedAsRefused(error, names);
    const auto others = std::stable_partition(
        suspects.begin(), suspects.end(),
        [&](const Suspect& suspect) { return absl::c_linear_search(named, suspect.name()); });
    verdict.guilty.assign(suspects.begin(), others);
    suspects.erase(suspects.begin(), others);
    verdict.others_taken = !verdict.guilty.empty() && error.size() < kMostWords;
    if (verdict.others_taken) return verdict;
  }
  if (suspects.size() == 1 && verdict.guilty.empty()) {
    verdict.guilty = std::move(suspects);
  } else if (!verdict.guilty.empty()) {
    groups_.push_back(std::move(suspects));
  } else if (!suspects.empty()) {
    Divide(std::move(suspects), error);
  }
  return verdict;
}

void Suspicion::Divide(std::vector<Suspect> suspects, const std::string& error) {
  const std::vector<std::string> quotations = Quotations(error);
  auto middle =
      std::stable_partition(suspects.begin(), suspects.end(), [&](const Suspect& suspect) {
        return !PartMentions(*suspect.resource, suspect.part.name, quotations);
      });
  if (middle == suspects.begin() || middle == suspects.end()) {
    middle = suspects.begin() + static_cast<std::ptrdiff_t>(suspects.size() / 2);
  }
  std::vector<Suspect> first(std::make_move_iterator(middle),
                             std::make_move_iterator(suspects.end()));
  suspects.erase(middle, suspects.end());
  groups_.push_back(std::move(suspects));
  groups_.push_back(std::move(first));
}

template <typename Is>
void Suspicion::Remove(Is is) {
  for (auto& group : groups_) std::erase_if(group, is);
  std::erase_if(groups_, [](const auto& group) { return group.empty(); });
}

void Suspicion::Accepted(const std::vector<ResourcePtr>& resources) {
  Parts accepted;
  for (const ResourcePtr& resource : resources) AddParts(*resource, accepted);
  Remove([&](const Suspect& suspect) { return accepted.contains(KeyOf(suspect)); });
}

void Suspicion::Prune(Offer& offer) {
  std::set<std::string> names;
  Parts offered;
  for (const Suspect& suspect : All()) {
    if (!names.insert(suspect.name()).second) continue;
    const ResourcePtr now = offer.Find(suspect.resource->type(), suspect.name());
    if (now != nullptr) AddParts(*now, offered);
  }
  Remove([&](const Suspect& suspect) { return !offered.contains(KeyOf(suspect)); });
}

std::vector<Suspect> Suspicion::Waiting() const {
  std::vector<Suspect> waiting;
  for (size_t i = 0; i + 1 < groups_.size(); ++i) {
    waiting.insert(waiting.end(), groups_[i].begin(), groups_[i].end());
  }
  return waiting;
}

std::vector<Suspect> Suspicion::All() const {
  std::vector<Suspect> all = Waiting();
  if (!groups_.empty()) all.insert(all.end(), groups_.back().begin(), groups_.back().end());
  return all;
}

}  // namespace binnacle::server
