#include "mesh/view.h"

#include <algorithm>
#include <cstddef>

namespace binnacle::mesh {

bool Inputs::UnchangedIn(const Snapshot& snapshot) const {
  return std::all_of(facts.begin(), facts.end(), [&](const auto& fact) {
    return snapshot.RevisionOf(fact.first) == fact.second;
  });
}

const Snapshot::Fact* View::Read(FactId id) {
  constexpr size_t kLookedBackAt = 8;
  const Snapshot::Fact* fact = snapshot_.FindFact(id);
  const size_t back = std::min(read_.size(), kLookedBackAt);
  const auto recent = read_.end() - static_cast<ptrdiff_t>(back);
  if (std::none_of(recent, read_.end(), [&](const auto& known) { return known.first == id; })) {
    read_.emplace_back(id, fact == nullptr ? 0 : fact->revision);
    if (read_.size() >= put_in_order_at_) PutInOrder();
  }
  return fact;
}

void View::PutInOrder() {
  std::sort(read_.begin(), read_.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  read_.erase(std::unique(read_.begin(), read_.end()), read_.end());
  put_in_order_at_ = std::max(put_in_order_at_, 2 * read_.size());
}

void View::Add(const Inputs& inputs) {
  read_.insert(read_.end(), inputs.facts.begin(), inputs.facts.end());
  if (read_.size() >= put_in_order_at_) PutInOrder();
}

Inputs View::TakeInputs() {
  PutInOrder();
  Inputs inputs;
  inputs.facts.assign(read_.begin(), read_.end());
  read_.clear();
  settings_ = nullptr;  // to be noted again
  return inputs;
}

}  // namespace binnacle::mesh
