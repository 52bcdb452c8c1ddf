#include "policy/destination_reference_rule.h"

#include "absl/strings/str_cat.h"
#include "policy/host.h"
#include "policy/port_rule.h"

namespace binnacle::policy {

void CheckDestination(const v1::Destination& destination, const Place& at) {
  if (destination.host().empty()) {
    at.Field("host").Error("missing-field", "a destination needs a host");
  } else if (destination.host() == "*") {
    at.Field("host").Error("bad-host", "\"*\" is no destination: name one host");
  } else {
    at.Field("host").Check(CheckWildcardDomain(destination.host()));
  }
  if (!destination.subset().empty()) at.Field("subset").Check(CheckDnsLabel(destination.subset()));
  if (destination.has_port()) at.Field("port.number").Check(CheckPort(destination.port().number()));
}

void CheckWeights(const std::vector<int32_t>& weights, absl::string_view field, const Place& at) {
  int64_t total = 0;
  bool sound = true;
  for (size_t i = 0; i < weights.size(); ++i) {
    total += weights[i];
    if (weights[i] >= 0) continue;
    sound = false;
    const Place entry = at.Field(field, static_cast<int>(i));
    entry.Field("weight").Error("bad-weight",
                                absl::StrCat(weights[i], " is negative: 0 or more is allowed"));
  }
  if (!sound || weights.size() < 2 || total > 0) return;
  at.Field(field).Error("bad-weight",
                        absl::StrCat("of ", weights.size(),
                                     " destinations none has a weight above 0: nothing could be "
                                     "sent to any"));
}

}  // namespace binnacle::policy
