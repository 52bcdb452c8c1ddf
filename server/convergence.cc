#include "server/convergence.h"

#include <algorithm>

namespace binnacle::server {

void Convergence::Published(uint64_t revision, absl::Time seen) {
  absl::MutexLock lock(&mu_);
  newest_ = revision;
  open_.push_back({revision, seen});
  if (open_.size() > kChangesKept) {
    open_[1].seen = std::min(open_[0].seen, open_[1].seen);
    open_.pop_front();
  }
}

std::vector<absl::Duration> Convergence::Reached(uint64_t from, uint64_t to, absl::Time now) {
  std::vector<absl::Duration> took;
  absl::MutexLock lock(&mu_);
  ++streams_[to];
  if (from == 0) {
    Close();  // it is the first stream, and nobody has waited
    return took;
  }
  Leave(from);
  for (const Change& change : Close()) {
    if (change.seen != absl::InfinitePast()) took.push_back(now - change.seen);
  }
  return took;
}

void Convergence::Left(uint64_t at) {
  absl::MutexLock lock(&mu_);
  if (at == 0) return;
  Leave(at);
  Close();
}

void Convergence::Leave(uint64_t at) {
  auto it = streams_.find(at);
  if (it != streams_.end() && --it->second == 0) streams_.erase(it);
}

std::vector<Convergence::Change> Convergence::Close() {
  std::vector<Change> closed;
  while (!open_.empty() && !streams_.empty() && open_.front().revision <= streams_.begin()->first) {
    closed.push_back(open_.front());
    open_.pop_front();
  }
  return closed;
}

Convergence::Standing Convergence::standing() const {
  Standing standing;
  absl::MutexLock lock(&mu_);
  for (const auto& [revision, streams] : streams_) {
    (revision < newest_ ? standing.behind : standing.current) += streams;
  }
  if (standing.behind == 0) return standing;
  for (const Change& change : open_) {
    if (change.revision > streams_.begin()->first) {
      standing.oldest = std::min(standing.oldest, change.seen);
    }
  }
  return standing;
}

}  // namespace binnacle::server
