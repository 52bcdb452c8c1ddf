#include "mesh/snapshot.h"

namespace binnacle::mesh {

uint64_t Snapshot::RevisionOf(FactId id) const {
  const Fact* fact = facts_.Find(id);
  return fact == nullptr ? 0 : fact->revision;
}

std::optional<std::vector<FactId>> Snapshot::ChangedSince(uint64_t revision) const {
  if (revision > revision_ || revision_ - revision > history_.size()) return std::nullopt;
  std::vector<FactId> changed;
  for (auto step = history_.end() - static_cast<std::ptrdiff_t>(revision_ - revision);
       step != history_.end(); ++step) {
    changed.insert(changed.end(), (*step)->begin(), (*step)->end());
  }
  return changed;
}

}  // namespace binnacle::mesh
