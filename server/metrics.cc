#include "server/metrics.h"

#include <sstream>

#include "prometheus/text_serializer.h"

namespace binnacle::server {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using translator::ResourceType;

const prometheus::Histogram::BucketBoundaries kSeconds = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

prometheus::Gauge* NewGauge(prometheus::Registry& registry, const std::string& name,
                            const std::string& help) {
  return &BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Histogram* NewHistogram(prometheus::Registry& registry, const std::string& name,
                                    const std::string& help) {
  return &BuildHistogram().Name(name).Help(help).Register(registry).Add({}, kSeconds);
}

}  // namespace

Metrics::Metrics() : registry_(std::make_shared<prometheus::Registry>()) {
  auto& registry = *registry_;
  streams_ = NewGauge(registry, "binnacle_xds_streams", "Streams that are open.");
  pushes_ = CounterPerType("binnacle_xds_pushes_total", "Responses sent.");
  resources_ = CounterPerType("binnacle_xds_resources_total", "Resources sent in responses.");
  bytes_ = CounterPerType("binnacle_xds_sent_bytes_total", "Bytes of responses sent.");
  nacks_ = CounterPerType("binnacle_xds_nacks_total", "Responses that proxies refused.");
  unknown_types_ = &BuildCounter()
                        .Name("binnacle_xds_unknown_type_requests_total")
                        .Help("Requests for resource types that are not served.")
                        .Register(registry)
                        .Add({});
  push_seconds_ = NewHistogram(registry, "binnacle_xds_push_duration_seconds",
                               "From a new snapshot to a stream's last response for it.");
  convergence_seconds_ =
      NewHistogram(registry, "binnacle_xds_convergence_seconds",
                   "From a change being seen to a proxy having acknowledged what follows from it.");
  snapshot_seconds_ = NewHistogram(registry, "binnacle_snapshot_build_seconds",
                                   "From a batch of objects to their snapshot.");
  revision_ = NewGauge(registry, "binnacle_snapshot_revision", "Number of the newest snapshot.");
  objects_ =
      &BuildGauge().Name("binnacle_objects").Help("Objects in effect, by kind.").Register(registry);
  findings_ = &BuildGauge()
                   .Name("binnacle_findings")
                   .Help("What is wrong with policy documents, by severity.")
                   .Register(registry);
  hits_ = NewGauge(registry, "binnacle_translation_memo_hits",
                   "Resources found unchanged since the server started.");
  builds_ = NewGauge(registry, "binnacle_translation_builds",
                     "Resources, or parts of them, made since the server started.");
  pool_queue_ = NewGauge(registry, "binnacle_translation_queue", "Tasks that wait for a thread.");
  ready_ = NewGauge(registry, "binnacle_ready", "1 once the first snapshot is served.");
}

Metrics::PerType Metrics::CounterPerType(const std::string& name, const std::string& help) {
  auto& family = BuildCounter().Name(name).Help(help).Register(*registry_);
  PerType counters{};
  for (size_t i = 0; i < counters.size(); ++i) {
    const auto type = static_cast<ResourceType>(i);
    counters[i] = &family.Add({{"type", std::string(translator::ShortName(type))}});
  }
  return counters;
}

void Metrics::Sent(ResourceType type, size_t bytes, size_t resources) {
  const auto i = static_cast<size_t>(type);
  pushes_[i]->Increment();
  bytes_[i]->Increment(static_cast<double>(bytes));
  resources_[i]->Increment(static_cast<double>(resources));
}

void Metrics::Nacked(ResourceType type) { nacks_[static_cast<size_t>(type)]->Increment(); }

void Metrics::Pushed(absl::Duration duration) {
  push_seconds_->Observe(absl::ToDoubleSeconds(duration));
}

void Metrics::Converged(absl::Duration duration) {
  convergence_seconds_->Observe(absl::ToDoubleSeconds(duration));
}

void Metrics::SnapshotBuilt(absl::Duration duration, uint64_t revision) {
  snapshot_seconds_->Observe(absl::ToDoubleSeconds(duration));
  revision_->Set(static_cast<double>(revision));
}

void Metrics::SetObjects(const std::string& kind, size_t count) {
  objects_->Add({{"kind", kind}}).Set(static_cast<double>(count));
}

void Metrics::SetFindings(const std::string& severity, size_t count) {
  findings_->Add({{"severity", severity}}).Set(static_cast<double>(count));
}

void Metrics::SetTranslations(uint64_t hits, uint64_t builds) {
  hits_->Set(static_cast<double>(hits));
  builds_->Set(static_cast<double>(builds));
}

std::string Metrics::Text() const {
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, registry_->Collect());
  return text.str();
}

}  // namespace binnacle::server
