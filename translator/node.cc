#include "translator/node.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/struct.pb.h"
#include "policy/ip_address.h"

namespace binnacle::translator {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

// Istio's agents write booleans and numbers as strings, other clients do not.
std::string TextOf(const Value& value) {
  switch (value.kind_case()) {
    case Value::kStringValue:
      return value.string_value();
    case Value::kBoolValue:
      return value.bool_value() ? "true" : "false";
    case Value::kNumberValue:
      return absl::StrCat(value.number_value());
    default:
      return "";
  }
}

std::string Text(const Struct& metadata, const std::string& key) {
  auto it = metadata.fields().find(key);
  return it == metadata.fields().end() ? "" : TextOf(it->second);
}

bool Flag(const Struct& metadata, const std::string& key) {
  const std::string text = absl::AsciiStrToLower(Text(metadata, key));
  return text == "true" || text == "1" || text == "t";
}

policy::Labels LabelsIn(const Struct& metadata) {
  policy::Labels labels;
  auto it = metadata.fields().find("LABELS");
  if (it == metadata.fields().end()) return labels;
  for (const auto& [key, value] : it->second.struct_value().fields()) {
    labels.emplace(key, TextOf(value));
  }
  return labels;
}

std::string LabelOr(const policy::Labels& labels, absl::string_view key) {
  auto it = labels.find(std::string(key));
  return it == labels.end() ? "" : it->second;
}

mesh::Locality LocalityOf(const envoy::config::core::v3::Node& message,
                          const policy::Labels& labels) {
  const auto& told = message.locality();
  if (!told.region().empty()) return {told.region(), told.zone(), told.sub_zone()};
  // A label value cannot hold slashes, so dots stand for them.
  if (const std::string text = LabelOr(labels, "istio-locality"); !text.empty()) {
    return mesh::ParseLocality(absl::StrReplaceAll(text, {{".", "/"}}));
  }
  return {LabelOr(labels, "topology.kubernetes.io/region"),
          LabelOr(labels, "topology.kubernetes.io/zone"),
          LabelOr(labels, "topology.istio.io/subzone")};
}

EnvoyVersion VersionIn(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '.');
  EnvoyVersion version;
  if (parts.size() < 2 || !absl::SimpleAtoi(parts[0], &version.major) ||
      !absl::SimpleAtoi(parts[1], &version.minor)) {
    return {};
  }
  return version;
}

EnvoyVersion VersionOf(const envoy::config::core::v3::Node& message) {
  if (message.has_user_agent_build_version()) {
    const auto& version = message.user_agent_build_version().version();
    return {version.major_number(), version.minor_number()};
  }
  return VersionIn(message.user_agent_version());
}

bool SpeaksForGrpc(const envoy::config::core::v3::Node& message) {
  return absl::StartsWith(message.user_agent_name(), "gRPC") ||
         Text(message.metadata(), "GENERATOR") == "grpc";
}

// The id's address first, then what INSTANCE_IPS adds; not an address: left out.
std::vector<std::string> Addresses(absl::string_view in_id, absl::string_view instance_ips) {
  std::vector<std::string> addresses;
  auto add = [&](absl::string_view address) {
    address = absl::StripAsciiWhitespace(address);
    if (!policy::IsIpAddress(address)) return;
    for (const std::string& known : addresses) {
      if (known == address) return;
    }
    addresses.emplace_back(address);
  };
  add(in_id);
  for (absl::string_view address : absl::StrSplit(instance_ips, ',')) add(address);
  return addresses;
}

absl::Status Invalid(const envoy::config::core::v3::Node& message, absl::string_view reason) {
  return absl::InvalidArgumentError(absl::StrCat("node id \"", message.id(), "\": ", reason));
}

std::optional<ProxyType> TypeOf(absl::string_view word) {
  if (word == "sidecar") return ProxyType::kSidecar;
  if (word == "router") return ProxyType::kGateway;
  return std::nullopt;
}

void Claim(absl::string_view ns, Node& node) {
  auto& claimed = node.claimed_namespaces;
  if (!ns.empty() && !absl::c_linear_search(claimed, ns)) claimed.emplace_back(ns);
}

// What the id says. A gRPC library's id may be anything, so there it is only
// read where it has the form.
absl::Status ReadId(const envoy::config::core::v3::Node& message, bool grpc, Node& node) {
  const std::vector<absl::string_view> parts = absl::StrSplit(message.id(), '~');
  if (parts.size() != 4) {
    if (grpc) return absl::OkStatus();
    return Invalid(message, absl::StrCat("has ", parts.size(),
                                         " parts, but must be type~ip~name.namespace~domain"));
  }
  const auto type = TypeOf(parts[0]);
  if (!type.has_value() && !grpc) {
    return Invalid(message, absl::StrCat("type \"", parts[0], "\" is not sidecar or router"));
  }
  node.type = type.value_or(ProxyType::kGrpc);
  node.addresses = Addresses(parts[1], Text(message.metadata(), "INSTANCE_IPS"));
  if (node.addresses.empty() && !grpc) {
    return Invalid(
        message, absl::StrCat("\"", parts[1], "\" is no IP address, and INSTANCE_IPS gives none"));
  }
  node.name = std::string(parts[2]);
  node.ns = std::string(parts[3].substr(0, parts[3].find('.')));
  Claim(node.ns, node);
  if (const size_t dot = parts[2].rfind('.'); dot != absl::string_view::npos) {
    Claim(parts[2].substr(dot + 1), node);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Node> ParseNode(const envoy::config::core::v3::Node& message) {
  const Struct& metadata = message.metadata();
  const bool grpc = SpeaksForGrpc(message);
  Node node;
  node.id = message.id();
  node.name = message.id();
  if (absl::Status read = ReadId(message, grpc, node); !read.ok()) return read;
  if (grpc) node.type = ProxyType::kGrpc;
  if (std::string ns = Text(metadata, "NAMESPACE"); !ns.empty()) node.ns = std::move(ns);
  if (node.ns.empty()) node.ns = "default";
  Claim(node.ns, node);
  node.labels = LabelsIn(metadata);
  node.locality = LocalityOf(message, node.labels);
  node.network = Text(metadata, "NETWORK");
  node.cluster_id = Text(metadata, "CLUSTER_ID");
  node.node_name = Text(metadata, "NODE_NAME");
  node.service_account = Text(metadata, "SERVICE_ACCOUNT");
  node.istio_version = Text(metadata, "ISTIO_VERSION");
  node.envoy = VersionOf(message);
  node.agent = Text(metadata, "BINNACLE_AGENT") != "none";
  node.http10 = Flag(metadata, "HTTP10");
  node.on_demand_hosts = Flag(metadata, "BINNACLE_ON_DEMAND_HOSTS");
  return node;
}

}  // namespace binnacle::translator
