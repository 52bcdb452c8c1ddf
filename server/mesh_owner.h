// server/mesh_owner.h
//
// The thread that owns the mesh::Store: takes what sources report, commits it
// when the ChangeIntake says so, and hands snapshots to the hub. Nothing is
// handed on before every source has reported its first complete batch.
//
// Threads  one of its own. Everything here may be called from any thread. The
//          pool ends before the owner goes: its tasks tell when a push is out.
// Errors   none: a report's faults are findings, told by findings().
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "mesh/mesh_settings.h"
#include "mesh/store.h"
#include "policy/finding.h"
#include "policy/object.h"
#include "server/change_intake.h"
#include "server/metrics.h"
#include "server/push_hub.h"
#include "server/translation_pool.h"
#include "sources/batch.h"

namespace binnacle::server {

struct SourceStatus {
  std::string name;  // "directory /etc/mesh"
  bool complete = false;
  bool healthy = true;
  std::string status;  // what is there, or why it cannot be read
  size_t errors = 0;
  size_t warnings = 0;
  std::vector<std::string> unknown_kinds;  // found and ignored
};

class MeshOwner {
 public:
  // `delay_max`: how long a change may wait for others; see ChangeIntake.
  MeshOwner(mesh::MeshSettings settings, const std::vector<std::string>& sources, PushHub& hub,
            TranslationPool& pool, Metrics& metrics,
            absl::Duration delay_max = ChangeIntake::kDelayMax);
  ~MeshOwner();  // as Stop()

  // `source` is one of the names given at first.
  void Report(const std::string& source, sources::Batch batch);
  void Stop();

  // Every source has been read and its snapshot is served.
  bool ready() const;
  std::vector<SourceStatus> sources() const;
  std::vector<policy::Finding> findings() const;
  // Objects in effect that `wanted` says yes to, sorted by key.
  std::vector<std::shared_ptr<const policy::Object>> Objects(
      std::function<bool(const policy::ObjectKey&)> wanted);
  std::map<std::string, size_t> CountByKind();
  // Batches that wait to be committed.
  size_t waiting() const;

 private:
  using Work = absl::AnyInvocable<void() &&>;
  struct Turn {
    std::optional<ChangeIntake::Commit> commit;
    std::deque<Work> work;  // after the commit, so that it sees what was reported before
    bool last = false;
  };

  void Run();
  Turn WaitForTurn();
  bool Post(Work work);
  // On the owner's thread, and waits for it; not at all after Stop().
  void RunAndWait(std::function<void()> work);

  // On the owner's thread.
  void Commit(ChangeIntake::Commit commit);
  void Apply(ChangeIntake::Commit& commit);
  void Note(const std::string& source, const sources::Batch& batch);
  void LogFindings(const std::string& source, const std::vector<policy::Finding>& findings);
  void LogHealth(const SourceStatus& before, const sources::Batch& batch) const;
  void LogUnknownKinds(const SourceStatus& before, const sources::Batch& batch) const;
  void PublishIfComplete();
  void AwaitPush();

  PushHub& hub_;
  TranslationPool& pool_;
  Metrics& metrics_;
  mesh::Store store_;                                       // of the owner's thread
  std::map<std::string, std::vector<std::string>> logged_;  // findings, by source

  // Of the standard library: its waits do not depend on the time of day.
  mutable std::mutex mu_;  // guards what follows but the thread
  std::condition_variable changed_;
  ChangeIntake intake_;
  std::deque<Work> queue_;
  bool stopped_ = false;
  bool ready_ = false;
  std::map<std::string, SourceStatus> sources_;
  std::map<std::string, std::vector<policy::Finding>> findings_;
  std::thread thread_;
};

}  // namespace binnacle::server
