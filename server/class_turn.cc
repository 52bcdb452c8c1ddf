#include "server/class_turn.h"

namespace binnacle::server {

std::optional<ClassTurn::Held> ClassTurn::Take(std::function<void()> then) {
  absl::MutexLock lock(&mu_);
  if (taken_) {
    waiting_.push_back(std::move(then));
    return std::nullopt;
  }
  taken_ = true;
  return Held(shared_from_this());
}

// All may come: most often what they lacked is made by now.
void ClassTurn::GiveBack() {
  std::vector<std::function<void()>> waiting;
  {
    absl::MutexLock lock(&mu_);
    taken_ = false;
    waiting.swap(waiting_);
  }
  for (const auto& then : waiting) then();
}

}  // namespace binnacle::server
