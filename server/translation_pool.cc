#include "server/translation_pool.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace binnacle::server {
namespace {

using Steady = std::chrono::steady_clock;

// Of a time by MonotonicNow().
Steady::time_point SteadyTime(absl::Time time) {
  const absl::Duration latest = absl::Hours(24 * 365);  // no overflow in what waits
  const absl::Duration from_now = std::min(time - MonotonicNow(), latest);
  return Steady::now() + absl::ToChronoNanoseconds(from_now);
}

}  // namespace

absl::Time MonotonicNow() {
  return absl::UnixEpoch() + absl::FromChrono(Steady::now().time_since_epoch());
}

TranslationPool::TranslationPool(int threads) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

TranslationPool::~TranslationPool() { Stop(); }

void TranslationPool::Post(Task task, Lane lane) {
  const std::lock_guard lock(mu_);
  // While it stops, a task may still post what it leads to.
  if (ended_) return;
  ready_[static_cast<size_t>(lane)].push_back(std::move(task));
  changed_.notify_one();
}

void TranslationPool::PostAt(absl::Time when, Task task) {
  const std::lock_guard lock(mu_);
  if (stopped_) return;
  later_.emplace(when, std::move(task));
  changed_.notify_one();
}

void TranslationPool::Stop() {
  absl::btree_multimap<absl::Time, Task> dropped;
  {
    const std::lock_guard lock(mu_);
    stopped_ = true;
    dropped.swap(later_);
    changed_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  const std::lock_guard lock(mu_);
  ended_ = true;
}

size_t TranslationPool::waiting() const {
  const std::lock_guard lock(mu_);
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
  std::unique_lock lock(mu_);
  while (!stopped_ || HasReady()) {
    if (!later_.empty() && later_.begin()->first <= MonotonicNow()) {
      Task task = std::move(later_.begin()->second);
      later_.erase(later_.begin());
      return task;
    }
    if (HasReady()) return TakeReady();
    if (later_.empty()) {
      changed_.wait(lock);
    } else {
      changed_.wait_until(lock, SteadyTime(later_.begin()->first));
    }
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
