// server/translation_pool.h
//
// The few threads on which translation runs, and Strands: queues whose tasks
// run one after another, on whichever of those threads is free.
//
// There are two lanes, which take turns while both have tasks: what changes for
// proxies that are served never waits for more than as many tasks of newcomers,
// though thousands of them come at once.
//
// Threads  all of it may be called from any thread. The pool must outlive its
//          strands' tasks; Stop() ends it.
// Errors   none; after Stop() tasks are dropped.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace binnacle::server {

using Task = absl::AnyInvocable<void() &&>;

// A clock that nobody sets: for what is to happen some time from now.
absl::Time MonotonicNow();

enum class Lane : uint8_t { kServed, kNewcomer };

class TranslationPool {
 public:
  explicit TranslationPool(int threads);
  ~TranslationPool();  // as Stop()

  void Post(Task task, Lane lane = Lane::kServed);
  // `when` by MonotonicNow().
  void PostAt(absl::Time when, Task task);
  // Runs what is ready to its end and drops what is for later.
  void Stop();

  size_t waiting() const;

 private:
  void Run();
  // The next task that is due; waits for one. An empty task when stopped.
  Task Take();
  bool HasReady() const;
  Task TakeReady();

  // Of the standard library: its waits do not depend on the time of day.
  mutable std::mutex mu_;  // guards all that follows but threads_
  std::condition_variable changed_;
  std::array<std::deque<Task>, 2> ready_;  // by lane
  size_t turn_ = 0;                        // of which lane it is
  absl::btree_multimap<absl::Time, Task> later_;
  bool stopped_ = false;
  bool ended_ = false;  // no thread is left
  std::vector<std::thread> threads_;
};

// Owner  shared: the pool holds it while tasks wait. A strand takes its turn
//        for one task at a time, so a busy one does not starve others.
class Strand : public std::enable_shared_from_this<Strand> {
 public:
  explicit Strand(TranslationPool& pool, Lane lane = Lane::kServed) : pool_(pool), lane_(lane) {}

  void Post(Task task) ABSL_LOCKS_EXCLUDED(mu_);
  // In which its tasks wait from the next one on.
  void set_lane(Lane lane) { lane_.store(lane, std::memory_order_relaxed); }

 private:
  void RunOne() ABSL_LOCKS_EXCLUDED(mu_);
  void Schedule();

  TranslationPool& pool_;
  std::atomic<Lane> lane_;
  absl::Mutex mu_;
  std::deque<Task> tasks_ ABSL_GUARDED_BY(mu_);
  bool scheduled_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace binnacle::server
