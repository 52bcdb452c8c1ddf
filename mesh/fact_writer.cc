#include "mesh/fact_writer.h"

namespace binnacle::mesh {
namespace {

// Who looks at the mesh less often than that has to look at everything.
constexpr size_t kCommitsRemembered = 64;

}  // namespace

FactWriter::FactWriter(const Snapshot* previous)
    : next_(previous == nullptr ? std::make_shared<Snapshot>()
                                : std::make_shared<Snapshot>(*previous)) {
  ++next_->revision_;
}

void FactWriter::Put(FactId id, std::shared_ptr<const void> value) {
  next_->facts_.Set(id, {next_->revision_, std::move(value)});
  changed_.insert(id);
}

void FactWriter::Drop(FactId id) {
  if (next_->facts_.Erase(id)) changed_.insert(id);
}

std::shared_ptr<const Snapshot> FactWriter::Finish(absl::Time seen) && {
  next_->seen_ = seen;
  auto& history = next_->history_;
  if (history.size() == kCommitsRemembered) history.erase(history.begin());
  history.push_back(std::make_shared<const std::vector<FactId>>(changed_.begin(), changed_.end()));
  return std::move(next_);
}

}  // namespace binnacle::mesh
