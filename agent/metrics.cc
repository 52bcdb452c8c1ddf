#include "agent/metrics.h"

#include "prometheus/counter.h"
#include "prometheus/text_serializer.h"

namespace binnacle::agent {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;

prometheus::Gauge* NewGauge(prometheus::Registry& registry, const std::string& name,
                            const std::string& help) {
  return &BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Counter* NewCounter(prometheus::Registry& registry, const std::string& name,
                                const std::string& help) {
  return &BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

// What is counted elsewhere.
void RaiseTo(prometheus::Counter* counter, uint64_t value) {
  counter->Increment(static_cast<double>(value) - counter->Value());
}

}  // namespace

Metrics::Metrics() : registry_(std::make_shared<prometheus::Registry>()) {
  auto& registry = *registry_;
  expiry_ = NewGauge(registry, "binnacle_agent_certificate_expiry_timestamp_seconds",
                     "When the proxy's certificate expires; 0 before there is one.");
  remaining_ = NewGauge(registry, "binnacle_agent_certificate_expiry_seconds",
                        "How long the proxy's certificate is still valid; below 0: expired.");
  renewed_ = NewGauge(registry, "binnacle_agent_certificate_last_renewal_timestamp_seconds",
                      "When the proxy's certificate was received; 0 before there is one.");
  issued_ = NewCounter(registry, "binnacle_agent_certificate_renewals_total",
                       "Certificates received, the first one included.");
  failed_ = NewCounter(registry, "binnacle_agent_certificate_renewal_failures_total",
                       "Tries to get a certificate that failed.");
  roots_ = NewGauge(registry, "binnacle_agent_trust_bundle_roots", "Roots in the trust bundle.");
  bundle_ = &BuildGauge()
                 .Name("binnacle_agent_trust_bundle_info")
                 .Help("1, with the version of the trust bundle in effect.")
                 .Register(registry);
  connected_ = NewGauge(registry, "binnacle_agent_control_plane_connected",
                        "1 while the control plane's stream of trust bundles is up.");
  envoy_starts_ =
      NewCounter(registry, "binnacle_agent_envoy_starts_total", "Times that Envoy was started.");
  envoy_running_ = NewGauge(registry, "binnacle_agent_envoy_running", "1 while Envoy runs.");
  ready_ = NewGauge(registry, "binnacle_agent_ready", "1 while /healthz/ready says so.");
}

void Metrics::Set(const Readings& readings, absl::Time now) {
  const auto& certificate = readings.certificate.certificate;
  if (certificate != nullptr) {
    const absl::Time not_after = certificate->leaf().not_after();
    expiry_->Set(static_cast<double>(absl::ToUnixSeconds(not_after)));
    remaining_->Set(absl::ToDoubleSeconds(not_after - now));
    renewed_->Set(static_cast<double>(absl::ToUnixSeconds(certificate->received)));
  }
  RaiseTo(issued_, readings.certificate.issued);
  RaiseTo(failed_, readings.certificate.failed);
  roots_->Set(static_cast<double>(readings.bundle_roots));
  if (bundle_version_text_ != readings.bundle_version) {
    if (bundle_version_ != nullptr) bundle_->Remove(bundle_version_);
    bundle_version_ = &bundle_->Add({{"version", readings.bundle_version}}, 1);
    bundle_version_text_ = readings.bundle_version;
  }
  connected_->Set(readings.stream.connected ? 1 : 0);
  RaiseTo(envoy_starts_, readings.envoy.starts);
  envoy_running_->Set(readings.envoy.running ? 1 : 0);
  ready_->Set(readings.ready ? 1 : 0);
}

std::string Metrics::Text(const Readings& readings, absl::Time now) {
  const absl::MutexLock lock(&mu_);
  Set(readings, now);
  return prometheus::TextSerializer().Serialize(registry_->Collect());
}

}  // namespace binnacle::agent
