// server/metrics.h
//
// What the server counts, by Prometheus' conventions.
//
// Threads  safe to call from any thread.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "translator/resource.h"

namespace binnacle::server {

class Metrics {
 public:
  Metrics();

  void StreamOpened() { streams_->Increment(); }
  void StreamClosed() { streams_->Decrement(); }
  void Sent(translator::ResourceType type, size_t bytes, size_t resources);
  void Nacked(translator::ResourceType type);
  void UnknownTypeAsked() { unknown_types_->Increment(); }
  // From the hub's word of a snapshot to the last of its responses handed to
  // gRPC, for one stream.
  void Pushed(absl::Duration duration);
  // From a change being seen to a proxy having acknowledged all that follows
  // from it.
  void Converged(absl::Duration duration);
  // From the objects of a batch to their snapshot.
  void SnapshotBuilt(absl::Duration duration, uint64_t revision);

  // Gauges that are known only when somebody asks.
  void SetObjects(const std::string& kind, size_t count);
  void SetFindings(const std::string& severity, size_t count);
  void SetTranslations(uint64_t hits, uint64_t builds);
  void SetPoolQueue(size_t tasks) { pool_queue_->Set(static_cast<double>(tasks)); }
  void SetReady(bool ready) { ready_->Set(ready ? 1 : 0); }

  // The text format of Prometheus.
  std::string Text() const;

 private:
  using PerType = std::array<prometheus::Counter*, translator::kResourceTypeCount>;
  PerType CounterPerType(const std::string& name, const std::string& help);

  std::shared_ptr<prometheus::Registry> registry_;
  prometheus::Gauge* streams_;
  PerType pushes_;
  PerType resources_;
  PerType bytes_;
  PerType nacks_;
  prometheus::Counter* unknown_types_;
  prometheus::Histogram* push_seconds_;
  prometheus::Histogram* convergence_seconds_;
  prometheus::Histogram* snapshot_seconds_;
  prometheus::Gauge* revision_;
  prometheus::Family<prometheus::Gauge>* objects_;
  prometheus::Family<prometheus::Gauge>* findings_;
  prometheus::Gauge* hits_;
  prometheus::Gauge* builds_;
  prometheus::Gauge* pool_queue_;
  prometheus::Gauge* ready_;
};

}  // namespace binnacle::server
