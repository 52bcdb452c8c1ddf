#include "ctl/endpoint_table.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "ctl/cluster_words.h"
#include "ctl/json_field.h"

namespace binnacle::ctl {
namespace {

std::string AddressOf(const Json& address) {
  const Json& socket = Field(address, "socket_address");
  if (socket.is_null()) {
    const std::string pipe = Text(address, "pipe.path");
    return pipe.empty() ? Text(address, "envoy_internal_address.server_listener_name") : pipe;
  }
  const std::string host = Text(socket, "address");
  const bool v6 = absl::StrContains(host, ':');
  return absl::StrCat(v6 ? "[" : "", host, v6 ? "]" : "", ":", Text(socket, "port_value"));
}

Cell StatusCell(const Json& endpoint) {
  std::string status = Text(endpoint, "health_status");
  // The default, which JSON leaves out; Envoy treats it as healthy.
  if (status.empty() || status == "UNKNOWN") status = "HEALTHY";
  const Tone tone = status == "HEALTHY" ? Tone::kGood : Tone::kWarning;
  return {std::move(status), tone};
}

bool IsWantedAddress(const std::string& shown, const Json& endpoint, const ResourceFilter& filter) {
  if (filter.address.empty() || filter.address == shown) return true;
  return filter.address == Text(endpoint, "endpoint.address.socket_address.address");
}

}  // namespace

bool IsWantedAssignment(const Json& assignment, const ResourceFilter& filter) {
  return IsWantedClusterName(Text(assignment, "cluster_name"), filter);
}

Table EndpointTable(const Json& assignments, const ResourceFilter& filter) {
  Table table({"ENDPOINT", "STATUS", "CLUSTER"});
  for (const Json& assignment : assignments) {
    const std::string cluster = Text(assignment, "cluster_name");
    for (const Json& locality : Field(assignment, "endpoints")) {
      for (const Json& endpoint : Field(locality, "lb_endpoints")) {
        const std::string address = AddressOf(Field(endpoint, "endpoint.address"));
        const Cell status = StatusCell(endpoint);
        if (!IsWantedAddress(address, endpoint, filter)) continue;
        if (!filter.status.empty() && !absl::EqualsIgnoreCase(filter.status, status.text)) continue;
        table.AddRow({address, status, cluster});
      }
    }
  }
  return table;
}

}  // namespace binnacle::ctl
