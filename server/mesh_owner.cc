#include "server/mesh_owner.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "policy/kind.h"
#include "spdlog/spdlog.h"

namespace binnacle::server {

MeshOwner::MeshOwner(mesh::MeshSettings settings, const std::vector<std::string>& sources,
                     PushHub& hub, Metrics& metrics)
    : hub_(hub), metrics_(metrics), store_(std::move(settings)) {
  for (const std::string& source : sources) sources_[source].name = source;
  thread_ = std::thread([this] { Run(); });
}

MeshOwner::~MeshOwner() { Stop(); }

void MeshOwner::Stop() {
  {
    absl::MutexLock lock(&mu_);
    stopped_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

bool MeshOwner::Post(Work work) {
  absl::MutexLock lock(&mu_);
  if (stopped_) return false;
  queue_.push_back(std::move(work));
  return true;
}

void MeshOwner::Run() {
  auto wake = [this] {
    mu_.AssertHeld();
    return stopped_ || !queue_.empty();
  };
  while (true) {
    Work work;
    {
      absl::MutexLock lock(&mu_, absl::Condition(&wake));
      if (queue_.empty()) return;  // what waits is done before the end
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    std::move(work)();
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
  Post([this, source, batch = std::move(batch)]() mutable { Commit(source, std::move(batch)); });
}

void MeshOwner::Commit(const std::string& source, sources::Batch batch) {
  LogFindings(source, batch.findings);
  Note(source, batch);
  const size_t put = batch.put.size(), removed = batch.removed.size();
  if (put + removed != 0) {
    const absl::Time start = absl::Now();
    const auto before = store_.snapshot();
    const auto snapshot =
        store_.Apply({std::move(batch.put), std::move(batch.removed), batch.seen});
    const absl::Duration took = absl::Now() - start;
    metrics_.SnapshotBuilt(took, snapshot->revision());
    spdlog::info("{}: {} objects put, {} removed; {} in effect, snapshot {}{} in {:.1f} ms", source,
                 put, removed, store_.objects().size(), snapshot->revision(),
                 snapshot == before ? " (nothing differs)" : "", absl::ToDoubleMilliseconds(took));
  }
  PublishIfComplete();
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
  absl::MutexLock lock(&mu_);
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
    absl::MutexLock lock(&mu_);
    if (!absl::c_all_of(sources_, [](const auto& entry) { return entry.second.complete; })) return;
  }
  hub_.Publish(store_.snapshot());
  absl::MutexLock lock(&mu_);
  if (!std::exchange(ready_, true)) {
    spdlog::info("ready: {} objects in effect are served", store_.objects().size());
  }
}

bool MeshOwner::ready() const {
  absl::MutexLock lock(&mu_);
  return ready_;
}

std::vector<SourceStatus> MeshOwner::sources() const {
  absl::MutexLock lock(&mu_);
  std::vector<SourceStatus> all;
  for (const auto& [name, status] : sources_) all.push_back(status);
  return all;
}

std::vector<policy::Finding> MeshOwner::findings() const {
  absl::MutexLock lock(&mu_);
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
