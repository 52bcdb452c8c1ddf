#include "policy/validate_workload_entry.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "policy/host.h"
#include "policy/ip_address.h"
#include "policy/label_rule.h"
#include "policy/port_rule.h"

namespace binnacle::policy {
namespace {

void CheckUnixAddress(const v1::WorkloadEntry& entry, const Place& at) {
  const absl::string_view path = absl::string_view(entry.address()).substr(7);
  if (!absl::StartsWith(path, "/") && !absl::StartsWith(path, "@")) {
    at.Field("address").Error("bad-path",
                              "after unix:// comes an absolute path or @ and an abstract name");
  }
  if (!entry.ports().empty()) {
    at.Field("ports").Error("excluded-field", "a Unix socket has no ports");
  }
}

void CheckAddress(const v1::WorkloadEntry& entry, const Place& at) {
  const Place address = at.Field("address");
  if (entry.address().empty()) {
    if (entry.network().empty()) {
      address.Error("missing-field", "an address is needed: IP, host name or unix:// path");
    } else {
      address.Warn("missing-field", "without an address only the network's gateway can be reached");
    }
    return;
  }
  if (absl::StartsWith(entry.address(), "unix://")) return CheckUnixAddress(entry, at);
  if (!IsIpAddress(entry.address())) address.Check(CheckFqdn(entry.address()));
}

void CheckPorts(const v1::WorkloadEntry& entry, const Place& at) {
  for (const auto& [name, port] : entry.ports()) {
    const Place place = at.Entry("ports", name);
    if (place.Check(CheckDnsLabel(name))) place.Check(CheckPort(port));
  }
}

// "region/zone/subzone", from the left.
void CheckLocality(const v1::WorkloadEntry& entry, const Place& at) {
  if (entry.locality().empty()) return;
  const std::vector<absl::string_view> parts = absl::StrSplit(entry.locality(), '/');
  bool sound = parts.size() <= 3;
  for (absl::string_view part : parts) sound = sound && !part.empty();
  if (sound) return;
  at.Field("locality")
      .Error("bad-locality", absl::StrCat("\"", entry.locality().substr(0, 80),
                                          "\" is not a locality: region, region/zone or "
                                          "region/zone/subzone"));
}

}  // namespace

void ValidateWorkloadEntry(const v1::WorkloadEntry& entry, const Place& at) {
  CheckAddress(entry, at);
  CheckPorts(entry, at);
  CheckLabels(entry.labels(), at, "labels");
  CheckLocality(entry, at);
}

}  // namespace binnacle::policy
