#include "ca/caller.h"

#include "absl/strings/cord.h"

namespace binnacle::ca {
namespace {

constexpr absl::string_view kReason = "reason";

}  // namespace

absl::Status WithReason(absl::Status status, absl::string_view reason) {
  status.SetPayload(kReason, absl::Cord(reason));
  return status;
}

std::string ReasonForOperator(const absl::Status& status) {
  const auto reason = status.GetPayload(kReason);
  return reason.has_value() ? std::string(*reason) : std::string(status.message());
}

}  // namespace binnacle::ca
