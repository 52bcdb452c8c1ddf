// server/change_intake.h
//
// Batches that wait to be committed, and the rule when: the first change after
// a quiet time at once, a storm in pieces, nothing later than it may be.
//
// A change that comes alone is due at once. One that comes soon after a commit
// waits until the window behind that commit is over and the push that followed
// from it is out, and is then committed as one with all that came meanwhile.
// The window is short at first and twice as long after each commit that brought
// several batches together; one that brought a single batch makes it short
// again, so that who waits for each change to take effect before making the next
// is not slowed down. No batch is held longer than `delay_max` after it came.
//
// Changes of endpoints alone (Endpoints, EndpointSlice, Pod, Node,
// WorkloadEntry) are not held: they overtake the batches that are. Objects are
// documents of their own, so this is as if the overtaken batch had been noticed
// up to `delay_max` later, which its author cannot tell from the time that
// noticing takes anyway. Three things keep their place all the same, and with
// them whatever touches the same objects:
//   - a batch with an object of the same key as one that waits: the later
//     version must win;
//   - a batch that removes an object whole: what waits may be that which ends
//     its use (routes leave a workload, then the workload goes);
//   - every batch of a source that has not reported all it has yet: what it
//     says is complete only with all that it said before.
// A batch is never torn: one that holds any other kind waits whole.
//
// Threads  one at a time. The clock is the caller's, and never runs backwards.
#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "policy/object.h"
#include "sources/batch.h"

namespace binnacle::server {

class ChangeIntake {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr absl::Duration kDelayMax = absl::Milliseconds(100);
  // The window behind the first commit after a quiet time.
  static constexpr absl::Duration kFirstWindow = absl::Milliseconds(10);

  // With a `delay_max` of zero nothing is held. What comes while a commit is
  // under way is one commit even then.
  explicit ChangeIntake(absl::Duration delay_max)
      : delay_max_(std::max(delay_max, absl::ZeroDuration())) {}

  void Add(const std::string& source, sources::Batch batch, Time now);

  // Batches to be committed as one.
  struct Commit {
    std::vector<std::shared_ptr<const policy::Object>> put;
    std::vector<policy::ObjectKey> removed;
    absl::Time seen = absl::InfiniteFuture();  // the earliest of theirs
    // What each source says of itself since: its newest batch, less the changes.
    std::map<std::string, sources::Batch> said;
    Time since;                  // the first of them came
    size_t batches = 0;          // that changed anything
    bool has_overtaken = false;  // others that still wait
  };
  // What is due, if anything is.
  std::optional<Commit> Take(Time now);
  // Everything.
  std::optional<Commit> TakeAll() { return Take(Time::max()); }
  // When Take() will give something; Time::max() while nothing waits.
  Time DueAt() const;

  // What was taken has gone out to proxies; they have all been told. In pairs.
  void PushBegan() { ++pushes_; }
  void PushEnded() { --pushes_; }

  size_t waiting() const { return urgent_.batches.size() + held_.batches.size(); }

 private:
  struct Lane {
    std::vector<sources::Batch> batches;
    std::map<std::string, sources::Batch> said;
    Time since;  // the first came; when empty, nothing

    bool empty() const { return batches.empty() && said.empty(); }
  };

  bool MayOvertake(const std::string& source, const sources::Batch& batch);
  bool WaitsFor(const policy::ObjectKey& key);
  void Enter(Lane& lane, const std::string& source, sources::Batch batch, Time now);
  Time HeldUntil() const;
  void OpenWindow(Time now);
  static Commit Join(std::vector<sources::Batch> batches);

  const absl::Duration delay_max_;
  Lane urgent_;
  Lane held_;
  absl::flat_hash_set<policy::ObjectKey> held_keys_;  // of the first `keyed_` batches
  size_t keyed_ = 0;
  bool hurried_ = false;  // what is held may go at once
  absl::Duration window_ = absl::ZeroDuration();
  Time quiet_from_ = Time::min();  // the window is over
  int pushes_ = 0;
  absl::flat_hash_set<std::string> complete_;  // sources, as taken
};

}  // namespace binnacle::server
