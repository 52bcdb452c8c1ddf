#include "server/metrics.h"

#include <algorithm>
#include <sstream>

#include "prometheus/text_serializer.h"

namespace binnacle::server {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using translator::ResourceType;

const prometheus::Histogram::BucketBoundaries kSeconds = {
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
    0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};

prometheus::Gauge* NewGauge(prometheus::Registry& registry, const std::string& name,
                            const std::string& help) {
  return &BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Counter* NewCounter(prometheus::Registry& registry, const std::string& name,
                                const std::string& help) {
  return &BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Histogram* NewHistogram(prometheus::Registry& registry, const std::string& name,
                                    const std::string& help) {
  return &BuildHistogram().Name(name).Help(help).Register(registry).Add({}, kSeconds);
}

}  // namespace

Metrics::Metrics() : registry_(std::make_shared<prometheus::Registry>()) {
  auto& registry = *registry_;
  AddStreams();
  pushes_ = CounterPerType("binnacle_xds_pushes_total", "Responses sent.");
  resources_ = CounterPerType("binnacle_xds_resources_total", "Resources sent in responses.");
  bytes_ = CounterPerType("binnacle_xds_sent_bytes_total", "Bytes of responses sent.");
  nacks_ = CounterPerType("binnacle_xds_nacks_total", "Responses that proxies refused.");
  AddRefusals();
  unknown_types_ = NewCounter(registry, "binnacle_xds_unknown_type_requests_total",
                              "Requests for resource types that are not served.");
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
  AddTranslation();
  AddPush();
  ready_ = NewGauge(registry, "binnacle_ready", "1 once the first snapshot is served.");
}

void Metrics::AddStreams() {
  constexpr const char* kNames[kVariantCount] = {"sotw", "delta"};
  auto& open =
      BuildGauge().Name("binnacle_xds_streams").Help("Streams that are open.").Register(*registry_);
  auto& opened = BuildCounter()
                     .Name("binnacle_xds_streams_opened_total")
                     .Help("Streams that have been opened.")
                     .Register(*registry_);
  arriving_ = NewGauge(*registry_, "binnacle_xds_arriving_streams",
                       "Streams that have come and wait to be read.");
  for (size_t i = 0; i < kVariantCount; ++i) {
    streams_[i] = &open.Add({{"variant", kNames[i]}});
    streams_opened_[i] = &opened.Add({{"variant", kNames[i]}});
  }
}

void Metrics::AddTranslation() {
  hits_ = NewCounter(*registry_, "binnacle_translation_memo_hits_total",
                     "Resources, or parts of them, found unchanged.");
  builds_ = NewCounter(*registry_, "binnacle_translation_builds_total",
                       "Resources, or parts of them, made.");
  classes_ = NewGauge(*registry_, "binnacle_translation_classes",
                      "Classes of proxies that share all work and bytes.");
  pool_queue_ = NewGauge(*registry_, "binnacle_translation_queue", "Tasks that wait for a thread.");
}

void Metrics::AddPush() {
  constexpr const char* kStages[kStageCount] = {"read", "wait", "commit", "translate", "send"};
  auto& stages = BuildHistogram()
                     .Name("binnacle_push_stage_duration_seconds")
                     .Help("The way of a change from its file to the proxies, by stage.")
                     .Register(*registry_);
  for (size_t i = 0; i < kStageCount; ++i) {
    stage_seconds_[i] = &stages.Add({{"stage", kStages[i]}}, kSeconds);
  }
  all_converged_seconds_ =
      NewHistogram(*registry_, "binnacle_xds_all_converged_seconds",
                   "From a change being seen to the last proxy having acknowledged what follows "
                   "from it.");
  batches_ = NewCounter(*registry_, "binnacle_intake_batches_total",
                        "Batches of changes that sources have reported and that are committed.");
  coalesced_ = NewCounter(*registry_, "binnacle_intake_coalesced_batches_total",
                          "Batches that share a snapshot with the one before them.");
  overtaking_ = NewCounter(*registry_, "binnacle_intake_overtaking_commits_total",
                           "Changes of endpoints committed before others that came earlier.");
  intake_queue_ =
      NewGauge(*registry_, "binnacle_intake_queue", "Batches that wait to be committed.");
  behind_ = NewGauge(*registry_, "binnacle_xds_streams_behind",
                     "Streams whose proxies have not acknowledged all that there is.");
  behind_age_ = NewGauge(*registry_, "binnacle_xds_oldest_unacknowledged_change_seconds",
                         "Age of the oldest change that a proxy has not acknowledged; 0: none.");
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

void Metrics::StreamOpened(Variant variant) {
  streams_[static_cast<size_t>(variant)]->Increment();
  streams_opened_[static_cast<size_t>(variant)]->Increment();
}

void Metrics::StreamClosed(Variant variant) { streams_[static_cast<size_t>(variant)]->Decrement(); }

void Metrics::Sent(ResourceType type, size_t bytes, size_t resources) {
  const auto i = static_cast<size_t>(type);
  pushes_[i]->Increment();
  bytes_[i]->Increment(static_cast<double>(bytes));
  resources_[i]->Increment(static_cast<double>(resources));
}

void Metrics::AddRefusals() {
  object_nacks_ = &BuildCounter()
                       .Name("binnacle_object_nacks_total")
                       .Help("Resources that proxies refused, by the objects that shaped them.")
                       .Register(*registry_);
  auto& refused = BuildGauge()
                      .Name("binnacle_refused_resources")
                      .Help("Versions of resources that were refused and are still in effect.")
                      .Register(*registry_);
  for (size_t i = 0; i < refused_.size(); ++i) {
    const auto type = static_cast<ResourceType>(i);
    refused_[i] = &refused.Add({{"type", std::string(translator::ShortName(type))}});
  }
  lacking_credentials_ =
      &BuildGauge()
           .Name("binnacle_lacking_credentials")
           .Help("Secrets that servers of Gateways name and connected gateways do not get.")
           .Register(*registry_)
           .Add({});
  hosts_refused_ = &BuildCounter()
                        .Name("binnacle_virtual_hosts_refused_total")
                        .Help("Virtual hosts not given to proxies that have asked for too many.")
                        .Register(*registry_)
                        .Add({});
}

void Metrics::ObjectNacked(const policy::ObjectKey& object) {
  absl::MutexLock lock(&mu_);
  auto it = nacks_by_object_.find(object);
  if (it == nacks_by_object_.end()) {
    const bool apart = nacks_by_object_.size() < kObjectsCounted;
    prometheus::Counter& counter =
        object_nacks_->Add({{"kind", apart ? std::string(policy::KindName(object.kind)) : "other"},
                            {"namespace", apart ? object.ns : ""},
                            {"name", apart ? object.name : ""}});
    if (!apart) return counter.Increment();
    it = nacks_by_object_.emplace(object, &counter).first;
  }
  it->second->Increment();
}

void Metrics::SetRefused(const std::array<size_t, translator::kResourceTypeCount>& counts) {
  for (size_t i = 0; i < counts.size(); ++i) refused_[i]->Set(static_cast<double>(counts[i]));
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
  StageTook(Stage::kCommit, duration);
  revision_->Set(static_cast<double>(revision));
}

void Metrics::AllConverged(absl::Duration duration) {
  all_converged_seconds_->Observe(absl::ToDoubleSeconds(duration));
}

void Metrics::StageTook(Stage stage, absl::Duration duration) {
  stage_seconds_[static_cast<size_t>(stage)]->Observe(absl::ToDoubleSeconds(duration));
}

void Metrics::Committed(size_t batches, bool has_overtaken) {
  batches_->Increment(static_cast<double>(batches));
  coalesced_->Increment(static_cast<double>(batches - 1));
  if (has_overtaken) overtaking_->Increment();
}

void Metrics::SetBehind(size_t streams, absl::Duration age) {
  behind_->Set(static_cast<double>(streams));
  behind_age_->Set(absl::ToDoubleSeconds(age));
}

void Metrics::SetObjects(const std::string& kind, size_t count) {
  objects_->Add({{"kind", kind}}).Set(static_cast<double>(count));
}

void Metrics::SetFindings(const std::string& severity, size_t count) {
  findings_->Add({{"severity", severity}}).Set(static_cast<double>(count));
}

void Metrics::SetTranslations(uint64_t hits, uint64_t builds) {
  const auto raise = [](prometheus::Counter& counter, uint64_t to) {
    counter.Increment(std::max(0.0, static_cast<double>(to) - counter.Value()));
  };
  absl::MutexLock lock(&mu_);
  raise(*hits_, hits);
  raise(*builds_, builds);
}

std::string Metrics::Text() const {
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, registry_->Collect());
  return text.str();
}

}  // namespace binnacle::server
