#include "mesh/snapshot.h"

namespace binnacle::mesh {

uint64_t Snapshot::RevisionOf(FactId id) const {
  const Fact* fact = facts_.Find(id);
  return fact == nullptr ? 0 : fact->revision;
}

}  // namespace binnacle::mesh
