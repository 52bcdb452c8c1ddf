#include "policy/http_fault_rule.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/duration_rule.h"
#include "policy/nearest_word.h"

namespace binnacle::policy {
namespace {

using Delay = v1::HttpFaultInjection::Delay;
using Abort = v1::HttpFaultInjection::Abort;

constexpr absl::string_view kGrpcStatuses[] = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

// The whole-number percentage from before `percentage`.
void CheckOldPercent(int32_t percent, const Place& at) {
  if (percent == 0) return;
  const Place field = at.Field("percent");
  if (percent < 0 || percent > 100) {
    field.Error("out-of-range", absl::StrCat(percent, " is not a percentage: 0 to 100"));
  }
  field.Warn("deprecated-field", "percent is deprecated", "use percentage.value");
}

void CheckDelay(const Delay& delay, const Place& at) {
  CheckOldPercent(delay.percent(), at);
  if (delay.has_percentage()) CheckPercent(delay.percentage(), at.Field("percentage"));
  switch (delay.http_delay_type_case()) {
    case Delay::kFixedDelay:
      at.Field("fixedDelay").Check(CheckDuration(delay.fixed_delay()));
      return;
    case Delay::kExponentialDelay:
      at.Field("exponentialDelay")
          .Error("unsupported-field", "exponential delays were never implemented",
                 "use fixedDelay");
      return;
    case Delay::HTTP_DELAY_TYPE_NOT_SET:
      at.Field("fixedDelay").Error("missing-field", "a delay needs fixedDelay");
      return;
  }
}

void CheckGrpcStatus(const std::string& status, const Place& at) {
  for (absl::string_view known : kGrpcStatuses) {
    if (status == known) return;
  }
  at.Error("bad-status",
           absl::StrCat("\"", status.substr(0, 80), "\" is not a gRPC status; allowed are ",
                        absl::StrJoin(kGrpcStatuses, ", ")),
           DidYouMean(status, kGrpcStatuses));
}

void CheckAbort(const Abort& abort, const Place& at) {
  CheckOldPercent(abort.percent(), at);
  if (abort.has_percentage()) CheckPercent(abort.percentage(), at.Field("percentage"));
  switch (abort.error_type_case()) {
    case Abort::kHttpStatus:
      if (abort.http_status() >= 200 && abort.http_status() <= 600) return;
      at.Field("httpStatus")
          .Error("bad-status", absl::StrCat(abort.http_status(),
                                            " is not an HTTP status: 200 to 600 is allowed"));
      return;
    case Abort::kGrpcStatus:
      return CheckGrpcStatus(abort.grpc_status(), at.Field("grpcStatus"));
    case Abort::kHttp2Error:
      at.Field("http2Error")
          .Error("unsupported-field", "HTTP/2 errors were never implemented", "use httpStatus");
      return;
    case Abort::ERROR_TYPE_NOT_SET:
      at.Error("missing-field", "an abort needs httpStatus or grpcStatus");
      return;
  }
}

}  // namespace

void CheckHttpFault(const v1::HttpFaultInjection& fault, const Place& at) {
  if (!fault.has_delay() && !fault.has_abort()) {
    at.Error("missing-field", "a fault needs delay, abort or both");
  }
  if (fault.has_delay()) CheckDelay(fault.delay(), at.Field("delay"));
  if (fault.has_abort()) CheckAbort(fault.abort(), at.Field("abort"));
}

void CheckPercent(const v1::Percent& percent, const Place& at) {
  const double value = percent.value();
  if (value == 0 || (value >= 0.0001 && value <= 100)) return;
  at.Field("value").Error("out-of-range",
                          absl::StrCat(value, " is not a percentage: 0, or 0.0001 to 100"));
}

}  // namespace binnacle::policy
