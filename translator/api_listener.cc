#include "translator/api_listener.h"

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"
#include "mesh/lookup.h"
#include "translator/cluster_name.h"
#include "translator/config_source.h"
#include "translator/http_filters.h"
#include "translator/typed_config.h"

namespace binnacle::translator {

using envoy::config::listener::v3::Listener;
using envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;

namespace {

struct HostPort {
  std::string host;
  uint32_t port = 0;
};

std::optional<HostPort> ParseHostPort(absl::string_view name) {
  const size_t colon = name.rfind(':');
  HostPort result;
  if (colon == absl::string_view::npos || colon == 0 ||
      !absl::SimpleAtoi(name.substr(colon + 1), &result.port)) {
    return std::nullopt;
  }
  result.host = absl::AsciiStrToLower(name.substr(0, colon));
  return result;
}

// What a client may mean: "reviews", "reviews.default", "reviews.default.svc",
// or all of it.
const mesh::Service* FindByAnyName(mesh::View& view, const ProxyClass& proxy,
                                   const std::string& host) {
  const std::string& domain = view.settings().domain;
  for (const std::string& name :
       {host, absl::StrCat(host, ".", proxy.ns, ".svc.", domain),
        absl::StrCat(host, ".svc.", domain), absl::StrCat(host, ".", domain)}) {
    if (const auto* service = mesh::FindService(view, name, proxy.ns)) return service;
  }
  return nullptr;
}

HttpConnectionManager Manager(const std::string& route_name) {
  HttpConnectionManager manager;
  manager.set_stat_prefix(route_name);
  manager.mutable_rds()->set_route_config_name(route_name);
  *manager.mutable_rds()->mutable_config_source() = AdsConfigSource();
  *manager.mutable_http_filters() = BuildProxylessHttpFilters();
  return manager;
}

}  // namespace

std::optional<Translated<Listener>> BuildApiListener(mesh::View& view, const ProxyClass& proxy,
                                                     absl::string_view name) {
  const auto target = ParseHostPort(name);
  if (!target.has_value()) return std::nullopt;
  const mesh::Service* service = FindByAnyName(view, proxy, target->host);
  if (service == nullptr || service->FindPort(target->port) == nullptr) return std::nullopt;
  Translated<Listener> result;
  result.message.set_name(std::string(name));
  const std::string route_name = OutboundClusterName(target->port, "", service->host);
  *result.message.mutable_api_listener()->mutable_api_listener() = TypedConfig(Manager(route_name));
  result.origins.push_back(service->origin);
  return result;
}

}  // namespace binnacle::translator
