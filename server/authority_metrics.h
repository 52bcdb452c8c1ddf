// server/authority_metrics.h
//
// What the authority counts: certificates asked for and how that ended.
//
// Threads  safe to call from any thread.
#pragma once

#include <memory>
#include <string>

#include "ca/certificate_service.h"
#include "prometheus/counter.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"

namespace binnacle::server {

class AuthorityMetrics {
 public:
  AuthorityMetrics();

  void Answered(const ca::IssuanceEvent& event);

  // The text format of Prometheus.
  std::string Text() const;

 private:
  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>* requests_;
  prometheus::Histogram* seconds_;
};

}  // namespace binnacle::server
