#include "server/mesh_owner.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "policy/kind.h"
#include "spdlog/spdlog.h"

namespace binnacle::server {
namespace {

using Clock = std::chrono::steady_clock;

std::string SourcesOf(const ChangeIntake::Commit& commit) {
  std::vector<absl::string_view> names;
  for (const auto& [source, said] : commit.said) names.emplace_back(source);
  return absl::StrCat(absl::StrJoin(names, ", "),
                      commit.batches > 1 ? absl::StrCat(": ", commit.batches, " batches") : "");
}

}  // namespace

MeshOwner::MeshOwner(mesh::MeshSettings settings, const std::vector<std::string>& sources,
                     PushHub& hub, TranslationPool& pool, Metrics& metrics,
                     absl::Duration delay_max)
    : hub_(hub), pool_(pool), metrics_(metrics), store_(std::move(settings)), intake_(delay_max) {
  for (const std::string& source : sources) sources_[source].name = source;
  thread_ = std::thread([this] { Run(); });
}

MeshOwner::~MeshOwner() { Stop(); }

void MeshOwner::Stop() {
  {
    const std::lock_guard lock(mu_);
    stopped_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool MeshOwner::Post(Work work) {
  const std::lock_guard lock(mu_);
  if (stopped_) return false;
  queue_.push_back(std::move(work));
  changed_.notify_one();
  return true;
}

MeshOwner::Turn MeshOwner::WaitForTurn() {
  Turn turn;
  std::unique_lock lock(mu_);
  while (!stopped_ && queue_.empty() && Clock::now() < intake_.DueAt()) {
    if (intake_.DueAt() == ChangeIntake::Time::max()) {
      changed_.wait(lock);
    } else {
      changed_.wait_until(lock, intake_.DueAt());
    }
  }
  // What waits is done before the end.
  turn.commit = stopped_ ? intake_.TakeAll() : intake_.Take(Clock::now());
  turn.work.swap(queue_);
  turn.last = stopped_;
  return turn;
}

void MeshOwner::Run() {
  while (true) {
    Turn turn = WaitForTurn();
    if (turn.commit.has_value()) Commit(*std::move(turn.commit));
    for (Work& work : turn.work) std::move(work)();
    if (turn.last) return;
  }
}

void MeshOwner::RunAndWait(std::function<void()> work) {
  absl::Notification done;
  if (!Post([&] {
        work();
        done.Notify();
      })) {
    return;
  }
  done.WaitForNotification();
}

void MeshOwner::Report(const std::string& source, sources::Batch batch) {
  const bool changes = !batch.put.empty() || !batch.removed.empty();
  if (changes && batch.seen != absl::InfinitePast()) {
    metrics_.StageTook(Metrics::Stage::kRead, absl::Now() - batch.seen);
  }
  const std::lock_guard lock(mu_);
  if (stopped_) return;
  intake_.Add(source, std::move(batch), Clock::now());
  changed_.notify_one();
}

void MeshOwner::Commit(ChangeIntake::Commit commit) {
  for (const auto& [source, said] : commit.said) {
    LogFindings(source, said.findings);
    Note(source, said);
  }
  if (commit.batches != 0) Apply(commit);
  PublishIfComplete();
}

void MeshOwner::Apply(ChangeIntake::Commit& commit) {
  const size_t put = commit.put.size(), removed = commit.removed.size();
  const auto start = Clock::now();
  const auto before = store_.snapshot();
  const auto snapshot =
      store_.Apply({std::move(commit.put), std::move(commit.removed), commit.seen});
  const absl::Duration took = absl::FromChrono(Clock::now() - start);
  metrics_.Committed(commit.batches, commit.has_overtaken);
  metrics_.StageTook(Metrics::Stage::kWait, absl::FromChrono(start - commit.since));
  metrics_.SnapshotBuilt(took, snapshot->revision());
  spdlog::info("{}: {} objects put, {} removed; {} in effect, snapshot {}{} in {:.1f} ms",
               SourcesOf(commit), put, removed, store_.objects().size(), snapshot->revision(),
               snapshot == before ? " (nothing differs)" : "", absl::ToDoubleMilliseconds(took));
}

void MeshOwner::LogFindings(const std::string& source,
                            const std::vector<policy::Finding>& findings) {
  std::vector<std::string> said;
  said.reserve(findings.size());
  for (const policy::Finding& finding : findings) said.push_back(finding.ToString());
  absl::c_sort(said);
  const std::vector<std::string>& before = logged_[source];
  for (const policy::Finding& finding : findings) {
    const std::string text = finding.ToString();
    if (absl::c_binary_search(before, text)) continue;  // told when it came
    if (finding.severity == policy::Severity::kError) {
      spdlog::error("{}", text);
    } else {
      spdlog::warn("{}", text);
    }
  }
  logged_[source] = std::move(said);
}

void MeshOwner::LogHealth(const SourceStatus& before, const sources::Batch& batch) const {
  if (!batch.healthy && (before.healthy || before.status != batch.status)) {
    spdlog::error("{}: {}; what was read from it stays in effect", before.name, batch.status);
  } else if (batch.healthy && !before.healthy) {
    spdlog::info("{}: can be read again: {}", before.name, batch.status);
  }
}

void MeshOwner::LogUnknownKinds(const SourceStatus& before, const sources::Batch& batch) const {
  for (const std::string& kind : batch.unknown_kinds) {
    if (absl::c_linear_search(before.unknown_kinds, kind)) continue;
    spdlog::info("{}: objects of kind {} are ignored", before.name, kind);
  }
}

void MeshOwner::Note(const std::string& source, const sources::Batch& batch) {
  const std::lock_guard lock(mu_);
  SourceStatus& status = sources_[source];
  status.name = source;
  LogHealth(status, batch);
  LogUnknownKinds(status, batch);
  status.complete = status.complete || batch.complete;
  status.healthy = batch.healthy;
  status.status = batch.status;
  status.unknown_kinds = batch.unknown_kinds;
  status.errors = status.warnings = 0;
  for (const policy::Finding& finding : batch.findings) {
    ++(finding.severity == policy::Severity::kError ? status.errors : status.warnings);
  }
  findings_[source] = batch.findings;
}

void MeshOwner::PublishIfComplete() {
  {
    const std::lock_guard lock(mu_);
    if (!absl::c_all_of(sources_, [](const auto& entry) { return entry.second.complete; })) return;
  }
  if (hub_.Publish(store_.snapshot())) AwaitPush();
  const std::lock_guard lock(mu_);
  if (!std::exchange(ready_, true)) {
    spdlog::info("ready: {} objects in effect are served", store_.objects().size());
  }
}

// The pool takes tasks in the order in which they come: behind those of all
// streams, this one tells that all have been told.
void MeshOwner::AwaitPush() {
  {
    const std::lock_guard lock(mu_);
    intake_.PushBegan();
  }
  pool_.Post([this, start = Clock::now()] {
    metrics_.StageTook(Metrics::Stage::kSend, absl::FromChrono(Clock::now() - start));
    const std::lock_guard lock(mu_);
    intake_.PushEnded();
    changed_.notify_one();
  });
}

bool MeshOwner::ready() const {
  const std::lock_guard lock(mu_);
  return ready_;
}

size_t MeshOwner::waiting() const {
  const std::lock_guard lock(mu_);
  return intake_.waiting();
}

std::vector<SourceStatus> MeshOwner::sources() const {
  const std::lock_guard lock(mu_);
  std::vector<SourceStatus> all;
  for (const auto& [name, status] : sources_) all.push_back(status);
  return all;
}

std::vector<policy::Finding> MeshOwner::findings() const {
  const std::lock_guard lock(mu_);
  std::vector<policy::Finding> all;
  for (const auto& [name, some] : findings_) all.insert(all.end(), some.begin(), some.end());
  return all;
}

std::vector<std::shared_ptr<const policy::Object>> MeshOwner::Objects(
    std::function<bool(const policy::ObjectKey&)> wanted) {
  std::vector<std::shared_ptr<const policy::Object>> objects;
  RunAndWait([&] {
    for (const auto& [key, object] : store_.objects()) {
      if (wanted(key)) objects.push_back(object);
    }
  });
  absl::c_sort(objects, [](const auto& a, const auto& b) { return a->key < b->key; });
  return objects;
}

std::map<std::string, size_t> MeshOwner::CountByKind() {
  std::map<std::string, size_t> counts;
  for (int i = 0; i < policy::kKindCount; ++i) {
    counts[std::string(policy::KindName(static_cast<policy::Kind>(i)))] = 0;
  }
  RunAndWait([&] {
    for (const auto& [key, object] : store_.objects()) {
      ++counts[std::string(policy::KindName(key.kind))];
    }
  });
  return counts;
}

}  // namespace binnacle::server
