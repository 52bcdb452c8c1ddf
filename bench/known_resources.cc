#include "bench/known_resources.h"

#include <xxhash.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"

namespace binnacle::bench {
namespace {

using envoy::config::listener::v3::FilterChain;
using envoy::config::listener::v3::Listener;
using envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;

// Cluster.
constexpr uint32_t kClusterName = 1;
constexpr uint32_t kClusterType = 2;
constexpr uint64_t kClusterTypeEds = 3;
constexpr uint32_t kEdsClusterConfig = 3;
constexpr uint32_t kEdsServiceName = 2;

// The endpoint set of a cluster; empty if it has none.
absl::string_view EndpointSetOf(absl::string_view cluster) {
  absl::string_view name;
  absl::string_view service_name;
  bool eds = false;
  WireReader reader(cluster);
  for (WireField field; reader.Next(field);) {
    if (field.number == kClusterName) name = field.bytes;
    if (field.number == kClusterType) eds = field.value == kClusterTypeEds;
    if (field.number == kEdsClusterConfig) service_name = FieldOf(field.bytes, kEdsServiceName);
  }
  if (!eds) return {};
  return service_name.empty() ? name : service_name;
}

void AddRoutesOf(const FilterChain& chain, std::vector<std::string>& routes) {
  for (const auto& filter : chain.filters()) {
    HttpConnectionManager manager;
    if (!filter.typed_config().Is<HttpConnectionManager>()) continue;
    if (!filter.typed_config().UnpackTo(&manager) || !manager.has_rds()) continue;
    routes.push_back(manager.rds().route_config_name());
  }
}

std::vector<std::string> RoutesOf(absl::string_view payload) {
  std::vector<std::string> routes;
  Listener listener;
  if (!listener.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return routes;
  for (const FilterChain& chain : listener.filter_chains()) AddRoutesOf(chain, routes);
  AddRoutesOf(listener.default_filter_chain(), routes);
  return routes;
}

std::string HashOf(absl::string_view payload) {
  return absl::StrCat(absl::Hex(XXH3_64bits(payload.data(), payload.size())));
}

}  // namespace

NameId KnownResources::NameOf(XdsType type, absl::string_view name) {
  Names& names = names_[type];
  const auto found = names.ids.find(name);
  if (found != names.ids.end()) return found->second;
  const auto id = static_cast<NameId>(names.texts.size());
  names.ids.emplace(std::string(name), id);
  names.texts.emplace_back(name);
  return id;
}

std::vector<NameId> KnownResources::References(XdsType type, absl::string_view payload) {
  std::vector<NameId> ids;
  if (type == kCds) {
    const absl::string_view name = EndpointSetOf(payload);
    if (!name.empty()) ids.push_back(NameOf(kEds, name));
  }
  if (type == kLds) {
    for (const std::string& name : RoutesOf(payload)) ids.push_back(NameOf(kRds, name));
  }
  return ids;
}

const KnownResource& KnownResources::Seen(XdsType type, const ScannedResource& resource) {
  const NameId name = NameOf(type, resource.name);
  const std::string hash = resource.version.empty() ? HashOf(resource.payload) : "";
  const absl::string_view version = resource.version.empty() ? hash : resource.version;
  auto& newest = newest_[type];
  if (newest.size() <= name) newest.resize(name + 1, nullptr);
  for (const KnownResource* known = newest[name]; known != nullptr; known = known->older) {
    if (known->version == version) return *known;
  }
  const bool bears_mark = !mark_text_.empty() && absl::StrContains(resource.payload, mark_text_);
  all_.push_back({name, std::string(version), References(type, resource.payload),
                  bears_mark ? mark_ : 0, newest[name]});
  return *(newest[name] = &all_.back());
}

uint64_t KnownResources::Mark(std::string text) {
  mark_text_ = std::move(text);
  return ++mark_;
}

}  // namespace binnacle::bench
