#include "server/translation_pool.h"

#include <utility>

#include "absl/time/clock.h"

namespace binnacle::server {

TranslationPool::TranslationPool(int threads) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

TranslationPool::~TranslationPool() { Stop(); }

void TranslationPool::Post(Task task) {
  absl::MutexLock lock(&mu_);
  // While it stops, a task may still post what it leads to.
  if (ended_) return;
  ready_.push_back(std::move(task));
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
  return ready_.size();
}

void TranslationPool::Run() {
  while (Task task = Take()) std::move(task)();
}

Task TranslationPool::Take() {
  absl::MutexLock lock(&mu_);
  while (!stopped_ || !ready_.empty()) {
    const absl::Time now = absl::Now();
    if (!later_.empty() && later_.begin()->first <= now) {
      Task task = std::move(later_.begin()->second);
      later_.erase(later_.begin());
      return task;
    }
    if (!ready_.empty()) {
      Task task = std::move(ready_.front());
      ready_.pop_front();
      return task;
    }
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
  pool_.Post([self = shared_from_this()] { self->RunOne(); });
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
