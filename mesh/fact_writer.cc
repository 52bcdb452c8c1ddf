#include "mesh/fact_writer.h"

namespace binnacle::mesh {

FactWriter::FactWriter(const Snapshot* previous)
    : next_(previous == nullptr ? std::make_shared<Snapshot>()
                                : std::make_shared<Snapshot>(*previous)) {
  ++next_->revision_;
  next_->changed_.clear();
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
  next_->changed_.assign(changed_.begin(), changed_.end());
  return std::move(next_);
}

}  // namespace binnacle::mesh
