// agent/metrics.h
//
// What the agent tells Prometheus.
//
// Threads  safe to call from any thread.
#pragma once

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "agent/bundle_stream.h"
#include "agent/certificate_keeper.h"
#include "agent/envoy_process.h"
#include "prometheus/gauge.h"
#include "prometheus/registry.h"

namespace binnacle::agent {

// All that is known at one instant.
struct Readings {
  CertificateKeeper::State certificate;
  BundleStream::State stream;
  std::string bundle_version;  // a hash of the roots in effect; empty: none yet
  size_t bundle_roots = 0;
  EnvoyProcess::State envoy;
  bool ready = false;
};

class Metrics {
 public:
  Metrics();

  // The text format of Prometheus, of these readings.
  std::string Text(const Readings& readings, absl::Time now) ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void Set(const Readings& readings, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  absl::Mutex mu_;  // one reading at a time
  std::shared_ptr<prometheus::Registry> registry_;
  prometheus::Gauge* expiry_;
  prometheus::Gauge* remaining_;
  prometheus::Gauge* renewed_;
  prometheus::Counter* issued_;
  prometheus::Counter* failed_;
  prometheus::Gauge* roots_;
  prometheus::Family<prometheus::Gauge>* bundle_;
  prometheus::Gauge* bundle_version_ ABSL_GUARDED_BY(mu_) = nullptr;
  std::string bundle_version_text_ ABSL_GUARDED_BY(mu_);
  prometheus::Gauge* connected_;
  prometheus::Counter* envoy_starts_;
  prometheus::Gauge* envoy_running_;
  prometheus::Gauge* ready_;
};

}  // namespace binnacle::agent
