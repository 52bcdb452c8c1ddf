#include "translator/fault.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "translator/percentage.h"
#include "translator/typed_config.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::Route;
using envoy::extensions::filters::http::fault::v3::FaultAbort;
using envoy::extensions::filters::http::fault::v3::HTTPFault;
using policy::v1::HttpFaultInjection;

constexpr absl::string_view kGrpcStatuses[] = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

std::optional<uint32_t> GrpcStatus(absl::string_view word) {
  const auto* it = std::find(std::begin(kGrpcStatuses), std::end(kGrpcStatuses), word);
  if (it == std::end(kGrpcStatuses)) return std::nullopt;
  return static_cast<uint32_t>(it - std::begin(kGrpcStatuses));
}

void SetDelay(const HttpFaultInjection::Delay& delay, HTTPFault& fault) {
  if (!delay.has_fixed_delay()) return;
  auto& result = *fault.mutable_delay();
  *result.mutable_fixed_delay() = delay.fixed_delay();
  if (delay.has_percentage()) {
    SetPercentage(delay.percentage().value(), *result.mutable_percentage());
  } else {
    SetWholePercentage(delay.percent(), *result.mutable_percentage());
  }
}

// False if the kind of abort is not one that Envoy has.
bool SetStatus(const HttpFaultInjection::Abort& abort, FaultAbort& result) {
  if (abort.has_http_status()) {
    // Envoy takes no status above 599.
    result.set_http_status(static_cast<uint32_t>(std::clamp(abort.http_status(), 200, 599)));
    return true;
  }
  const auto status =
      abort.has_grpc_status() ? GrpcStatus(abort.grpc_status()) : std::optional<uint32_t>();
  if (status.has_value()) result.set_grpc_status(*status);
  return status.has_value();
}

void SetAbort(const HttpFaultInjection::Abort& abort, HTTPFault& fault) {
  FaultAbort result;
  if (!SetStatus(abort, result)) return;
  if (abort.has_percentage()) {
    SetPercentage(abort.percentage().value(), *result.mutable_percentage());
  } else if (abort.percent() != 0) {
    SetWholePercentage(abort.percent(), *result.mutable_percentage());
  }
  *fault.mutable_abort() = std::move(result);
}

void Attach(const HTTPFault& fault, Route& route) {
  SetTypedConfig(fault, (*route.mutable_typed_per_filter_config())[std::string(kFaultFilter)]);
}

}  // namespace

void SetFault(const HttpFaultInjection& fault, Route& route) {
  HTTPFault result;
  if (fault.has_delay()) SetDelay(fault.delay(), result);
  if (fault.has_abort()) SetAbort(fault.abort(), result);
  if (result.has_delay() || result.has_abort()) Attach(result, route);
}

void SetTotalAbort(uint32_t http_status, Route& route) {
  HTTPFault result;
  auto& abort = *result.mutable_abort();
  abort.set_http_status(http_status);
  SetWholePercentage(100, *abort.mutable_percentage());
  Attach(result, route);
}

}  // namespace binnacle::translator
