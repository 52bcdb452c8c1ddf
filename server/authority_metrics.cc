#include "server/authority_metrics.h"

#include <sstream>

#include "absl/time/time.h"
#include "prometheus/text_serializer.h"

namespace binnacle::server {
namespace {

const prometheus::Histogram::BucketBoundaries kSeconds = {
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5};

std::string CodeName(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::OK:
      return "OK";
    case grpc::StatusCode::INVALID_ARGUMENT:
      return "INVALID_ARGUMENT";
    case grpc::StatusCode::UNAUTHENTICATED:
      return "UNAUTHENTICATED";
    case grpc::StatusCode::PERMISSION_DENIED:
      return "PERMISSION_DENIED";
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return "RESOURCE_EXHAUSTED";
    case grpc::StatusCode::UNAVAILABLE:
      return "UNAVAILABLE";
    case grpc::StatusCode::CANCELLED:
      return "CANCELLED";
    default:
      return "OTHER";
  }
}

}  // namespace

AuthorityMetrics::AuthorityMetrics()
    : requests_(&prometheus::BuildCounter()
                     .Name("binnacle_ca_requests_total")
                     .Help("Certificates asked for, by the status code of the answer.")
                     .Register(registry_)),
      seconds_(&prometheus::BuildHistogram()
                    .Name("binnacle_ca_request_duration_seconds")
                    .Help("From a request for a certificate to its answer.")
                    .Register(registry_)
                    .Add({}, kSeconds)) {
  requests_->Add({{"code", "OK"}});
}

void AuthorityMetrics::Answered(const ca::IssuanceEvent& event) {
  requests_->Add({{"code", CodeName(event.code)}}).Increment();
  seconds_->Observe(absl::ToDoubleSeconds(event.took));
}

std::string AuthorityMetrics::Text() const {
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, registry_.Collect());
  return text.str();
}

}  // namespace binnacle::server
