// server/metrics.h
//
// What the server counts, by Prometheus' conventions.
//
// Threads  safe to call from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "policy/object.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "server/variant.h"
#include "translator/resource.h"

namespace binnacle::server {

class Metrics {
 public:
  Metrics();

  void StreamOpened(Variant variant);
  void StreamClosed(Variant variant);
  void Sent(translator::ResourceType type, size_t bytes, size_t resources);
  // A proxy has refused a resource that this object shaped. So many objects are
  // counted apart, and all others as one.
  static constexpr size_t kObjectsCounted = 256;
  void ObjectNacked(const policy::ObjectKey& object) ABSL_LOCKS_EXCLUDED(mu_);
  void Nacked(translator::ResourceType type);
  // Virtual hosts, to a proxy that has asked for too many.
  void RefusedHosts(size_t count) { hosts_refused_->Increment(static_cast<double>(count)); }
  void UnknownTypeAsked() { unknown_types_->Increment(); }
  // From the hub's word of a snapshot to the last of its responses handed to
  // gRPC, for one stream.
  void Pushed(absl::Duration duration);
  // From a change being seen to a proxy having acknowledged all that follows
  // from it.
  void Converged(absl::Duration duration);
  // From a change being seen to the last of all proxies having done so.
  void AllConverged(absl::Duration duration);
  // From the objects of a batch to their snapshot.
  void SnapshotBuilt(absl::Duration duration, uint64_t revision);
  // So many batches have become one snapshot; others, that came before, wait.
  void Committed(size_t batches, bool has_overtaken);

  // The way of a change: noticed to read and parsed; waited for others;
  // committed (as SnapshotBuilt() tells by itself); made into one set of
  // resources, for one class of proxies; from the snapshot being out to every
  // stream having been handed what it may be sent at once.
  enum class Stage : uint8_t { kRead, kWait, kCommit, kTranslate, kSend };
  static constexpr size_t kStageCount = 5;
  void StageTook(Stage stage, absl::Duration duration);

  // Gauges that are known only when somebody asks.
  void SetObjects(const std::string& kind, size_t count);
  void SetFindings(const std::string& severity, size_t count);
  void SetTranslations(uint64_t hits, uint64_t builds) ABSL_LOCKS_EXCLUDED(mu_);
  void SetClasses(size_t count) { classes_->Set(static_cast<double>(count)); }
  void SetPoolQueue(size_t tasks) { pool_queue_->Set(static_cast<double>(tasks)); }
  // Streams that wait to be read.
  void SetArriving(size_t streams) { arriving_->Set(static_cast<double>(streams)); }
  void SetIntakeQueue(size_t batches) { intake_queue_->Set(static_cast<double>(batches)); }
  // So many streams have not acknowledged all that there is, and so old is the
  // oldest change of which that is so.
  void SetBehind(size_t streams, absl::Duration age);
  // Versions of resources that are withheld from the proxies of some class.
  void SetRefused(const std::array<size_t, translator::kResourceTypeCount>& counts);
  // Secrets that servers of Gateways name and their gateways do not get.
  void SetLackingCredentials(size_t count) {
    lacking_credentials_->Set(static_cast<double>(count));
  }
  void SetReady(bool ready) { ready_->Set(ready ? 1 : 0); }

  // The text format of Prometheus.
  std::string Text() const;

 private:
  using PerType = std::array<prometheus::Counter*, translator::kResourceTypeCount>;
  void AddStreams();
  void AddTranslation();
  void AddPush();
  void AddRefusals();
  PerType CounterPerType(const std::string& name, const std::string& help);

  absl::Mutex mu_;  // no two askers count one thing twice
  std::shared_ptr<prometheus::Registry> registry_;
  std::array<prometheus::Gauge*, kVariantCount> streams_;
  std::array<prometheus::Counter*, kVariantCount> streams_opened_;
  PerType pushes_;
  PerType resources_;
  PerType bytes_;
  PerType nacks_;
  prometheus::Family<prometheus::Counter>* object_nacks_;
  absl::flat_hash_map<policy::ObjectKey, prometheus::Counter*> nacks_by_object_
      ABSL_GUARDED_BY(mu_);
  std::array<prometheus::Gauge*, translator::kResourceTypeCount> refused_;
  prometheus::Gauge* lacking_credentials_;
  prometheus::Counter* hosts_refused_;
  prometheus::Counter* unknown_types_;
  prometheus::Histogram* push_seconds_;
  prometheus::Histogram* convergence_seconds_;
  prometheus::Histogram* all_converged_seconds_;
  prometheus::Histogram* snapshot_seconds_;
  std::array<prometheus::Histogram*, kStageCount> stage_seconds_;
  prometheus::Counter* batches_;
  prometheus::Counter* coalesced_;
  prometheus::Counter* overtaking_;
  prometheus::Gauge* intake_queue_;
  prometheus::Gauge* arriving_;
  prometheus::Gauge* behind_;
  prometheus::Gauge* behind_age_;
  prometheus::Gauge* revision_;
  prometheus::Family<prometheus::Gauge>* objects_;
  prometheus::Family<prometheus::Gauge>* findings_;
  prometheus::Counter* hits_;
  prometheus::Counter* builds_;
  prometheus::Gauge* classes_;
  prometheus::Gauge* pool_queue_;
  prometheus::Gauge* ready_;
};

}  // namespace binnacle::server
