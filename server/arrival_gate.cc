#include "server/arrival_gate.h"

namespace binnacle::server {

void ArrivalGate::Enter(std::function<void(Place)> go) {
  {
    absl::MutexLock lock(&mu_);
    if (free_ == 0) return waiting_.push_back(std::move(go));
    --free_;
  }
  go(Place(this));
}

// In a loop, not from one to the next: those who drop their place at once may
// be many.
void ArrivalGate::Leave() {
  absl::MutexLock lock(&mu_);
  ++free_;
  if (letting_in_) return;
  letting_in_ = true;
  while (free_ > 0 && !waiting_.empty()) {
    --free_;
    const std::function<void(Place)> next = std::move(waiting_.front());
    waiting_.pop_front();
    mu_.Unlock();
    next(Place(this));
    mu_.Lock();
  }
  letting_in_ = false;
}

size_t ArrivalGate::waiting() const {
  absl::MutexLock lock(&mu_);
  return waiting_.size();
}

}  // namespace binnacle::server
