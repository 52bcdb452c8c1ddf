#include "mesh/view.h"

#include <algorithm>

namespace binnacle::mesh {

bool Inputs::UnchangedIn(const Snapshot& snapshot) const {
  return std::all_of(facts.begin(), facts.end(), [&](const auto& fact) {
    return snapshot.RevisionOf(fact.first) == fact.second;
  });
}

void View::Add(const Inputs& inputs) { read_.insert(inputs.facts.begin(), inputs.facts.end()); }

Inputs View::TakeInputs() {
  Inputs inputs;
  inputs.facts.assign(read_.begin(), read_.end());
  std::sort(inputs.facts.begin(), inputs.facts.end());
  read_.clear();
  return inputs;
}

}  // namespace binnacle::mesh
