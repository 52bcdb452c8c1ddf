#include "server/translation_pool.h"

#include <utility>

#include "absl/time/clock.h"

namespace binnacle::server {

TranslationPool::TranslationPool(int threads) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

TranslationPool::~TranslationPool() { Stop(); }

void TranslationPool::Post(Task task, Lane lane) {
  absl::MutexLock lock(&mu_);
  // While it stops, a task may still post what it leads to.
  if (ended_) return;
  ready_[static_cast<size_t>(lane)].push_back(std::move(task));
  changed_.Signal();
}

void TranslationPool::PostAt(absl::Time when, Task task) {
  absl::MutexLock lock(&mu_);
  if (stopped_) return;
  later_.emplace(when, std::move(task));
  changed_.Signal();
}

void TranslationPool::Stop() {
  absl::btree_multimap<absl::Time, Task> dropped;
  {
    absl::MutexLock lock(&mu_);
    stopped_ = true;
    dropped.swap(later_);
    changed_.SignalAll();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  absl::MutexLock lock(&mu_);
  ended_ = true;
}

size_t TranslationPool::waiting() const {
  absl::MutexLock lock(&mu_);
  return ready_[0].size() + ready_[1].size();
}

bool TranslationPool::HasReady() const { return !ready_[0].empty() || !ready_[1].empty(); }

Task TranslationPool::TakeReady() {
  if (ready_[turn_].empty()) turn_ = 1 - turn_;
  std::deque<Task>& lane = ready_[turn_];
  Task task = std::move(lane.front());
  lane.pop_front();
  turn_ = 1 - turn_;
  return task;
}

void TranslationPool::Run() {
  while (Task task = Take()) std::move(task)();
}

Task TranslationPool::Take() {
  absl::MutexLock lock(&mu_);
  while (!stopped_ || HasReady()) {
    const absl::Time now = absl::Now();
    if (!later_.empty() && later_.begin()->first <= now) {
      Task task = std::move(later_.begin()->second);
      later_.erase(later_.begin());
      return task;
    }
    if (HasReady()) return TakeReady();
    changed_.WaitWithDeadline(&mu_,
                              later_.empty() ? absl::InfiniteFuture() : later_.begin()->first);
  }
  return nullptr;
}

void Strand::Post(Task task) {
  {
    absl::MutexLock lock(&mu_);
    tasks_.push_back(std::move(task));
    if (scheduled_) return;
    scheduled_ = true;
  }
  Schedule();
}

void Strand::Schedule() {
  pool_.Post([self = shared_from_this()] { self->RunOne(); },
             lane_.load(std::memory_order_relaxed));
}

void Strand::RunOne() {
  Task task;
  {
    absl::MutexLock lock(&mu_);
    task = std::move(tasks_.front());
    tasks_.pop_front();
  }
  std::move(task)();
  {
    absl::MutexLock lock(&mu_);
    if (tasks_.empty()) {
      scheduled_ = false;
      return;
    }
  }
  Schedule();
}

}  // namespace binnacle::server
