#include "agent/identity.h"

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/host_port.h"
#include "agent/version.h"
#include "google/protobuf/struct.pb.h"

namespace binnacle::agent {
namespace {

using envoy::config::core::v3::Node;
using google::protobuf::Struct;

// The version of Istio's agent whose node metadata these are; control planes
// decide by it what a proxy understands.
constexpr char kIstioVersion[] = "1.29.1";

void SetText(Struct& fields, const std::string& key, const std::string& value) {
  if (!value.empty()) (*fields.mutable_fields())[key].set_string_value(value);
}

absl::Status CheckPart(absl::string_view what, absl::string_view value) {
  if (value.empty()) return absl::InvalidArgumentError(absl::StrCat("the ", what, " is empty"));
  for (const char c : value) {
    if (absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_') continue;
    return absl::InvalidArgumentError(
        absl::StrCat("the ", what, " \"", value, "\" may hold only letters, digits and -._"));
  }
  return absl::OkStatus();
}

Node NodeWithoutMetadata(const Identity& identity) {
  Node node;
  node.set_id(identity.NodeId());
  node.set_cluster(identity.Cluster());
  if (!identity.locality.region.empty()) {
    node.mutable_locality()->set_region(identity.locality.region);
    node.mutable_locality()->set_zone(identity.locality.zone);
    node.mutable_locality()->set_sub_zone(identity.locality.subzone);
  }
  return node;
}

}  // namespace

absl::Status Identity::Check() const {
  if (type != "sidecar" && type != "router") {
    return absl::InvalidArgumentError(
        absl::StrCat("unknown type \"", type, "\"; allowed are sidecar, router"));
  }
  if (auto checked = CheckPart("name", name); !checked.ok()) return checked;
  if (!IsIpAddress(ip)) {
    return absl::InvalidArgumentError(absl::StrCat("\"", ip, "\" is no IP address"));
  }
  return spiffe_id().status();
}

std::string Identity::NodeId() const {
  return absl::StrCat(type, "~", ip, "~", name, ".", ns, "~", ns, ".svc.cluster.local");
}

std::string Identity::Cluster() const {
  const auto app = labels.find("app");
  return absl::StrCat(app == labels.end() ? name : app->second, ".", ns);
}

absl::StatusOr<ca::SpiffeId> Identity::spiffe_id() const {
  return ca::SpiffeId::Make(trust_domain, ns, service_account);
}

Node ProxyNode(const Identity& identity) {
  Node node = NodeWithoutMetadata(identity);
  Struct& metadata = *node.mutable_metadata();
  SetText(metadata, "NAMESPACE", identity.ns);
  SetText(metadata, "SERVICE_ACCOUNT", identity.service_account);
  SetText(metadata, "INSTANCE_IPS", identity.ip);
  SetText(metadata, "CLUSTER_ID", identity.cluster_id);
  SetText(metadata, "NETWORK", identity.network);
  SetText(metadata, "ISTIO_VERSION", kIstioVersion);
  Struct& labels = *(*metadata.mutable_fields())["LABELS"].mutable_struct_value();
  for (const auto& [key, value] : identity.labels) {
    (*labels.mutable_fields())[key].set_string_value(value);
  }
  return node;
}

Node AgentNode(const Identity& identity) {
  Node node = NodeWithoutMetadata(identity);
  node.set_user_agent_name("binnacle-agent");
  node.set_user_agent_version(std::string(Version()));
  Struct& metadata = *node.mutable_metadata();
  SetText(metadata, "NAMESPACE", identity.ns);
  SetText(metadata, "SERVICE_ACCOUNT", identity.service_account);
  SetText(metadata, "BINNACLE_AGENT_VERSION", std::string(Version()));
  return node;
}

Locality ParseLocality(absl::string_view text) {
  std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits('/', 2));
  parts.resize(3);
  return {std::move(parts[0]), std::move(parts[1]), std::move(parts[2])};
}

absl::Status AddLabel(absl::string_view text, Labels& labels) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits('=', 1));
  if (parts.size() != 2 || parts[0].empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" is no label, as in app=reviews"));
  }
  labels[parts[0]] = parts[1];
  return absl::OkStatus();
}

absl::StatusOr<Labels> ParseLabelsFile(absl::string_view text) {
  Labels labels;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (line.empty()) continue;
    const std::pair<std::string, std::string> parts = absl::StrSplit(line, absl::MaxSplits('=', 1));
    const std::string& value = parts.second;
    std::string plain;
    if (value.size() < 2 || !absl::StartsWith(value, "\"") || !absl::EndsWith(value, "\"") ||
        !absl::CUnescape(value.substr(1, value.size() - 2), &plain)) {
      return absl::InvalidArgumentError(
          absl::StrCat("the line ", line, " is not as in app=\"reviews\""));
    }
    labels[parts.first] = plain;
  }
  return labels;
}

}  // namespace binnacle::agent
