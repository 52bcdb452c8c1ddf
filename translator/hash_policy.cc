#include "translator/hash_policy.h"

#include <string>

#include "mesh/lookup.h"
#include "proto/policy/destination_rule.pb.h"
#include "translator/traffic_policy.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::RouteAction;
using policy::v1::TrafficPolicy;
using ConsistentHash = policy::v1::LoadBalancerSettings::ConsistentHashLb;

// The first version whose cookies have attributes.
constexpr EnvoyVersion kCookieAttributes{1, 30};

void SetCookie(const ConsistentHash::HttpCookie& cookie, const ProxyClass& proxy,
               RouteAction::HashPolicy::Cookie& result) {
  result.set_name(cookie.name());
  result.set_path(cookie.path());
  if (cookie.has_ttl()) *result.mutable_ttl() = cookie.ttl();
  if (proxy.envoy < kCookieAttributes) return;
  for (const auto& attribute : cookie.attributes()) {
    auto& added = *result.add_attributes();
    added.set_name(attribute.name());
    added.set_value(attribute.value());
  }
}

// Names are never empty in an object that was validated; Envoy would refuse one.
bool Append(const ConsistentHash& hash, const ProxyClass& proxy, RouteAction& action) {
  switch (hash.hash_key_case()) {
    case ConsistentHash::kHttpHeaderName:
      if (hash.http_header_name().empty()) return false;
      action.add_hash_policy()->mutable_header()->set_header_name(hash.http_header_name());
      return true;
    case ConsistentHash::kHttpCookie:
      if (hash.http_cookie().name().empty()) return false;
      SetCookie(hash.http_cookie(), proxy, *action.add_hash_policy()->mutable_cookie());
      return true;
    case ConsistentHash::kUseSourceIp:
      if (!hash.use_source_ip()) return false;
      action.add_hash_policy()->mutable_connection_properties()->set_source_ip(true);
      return true;
    case ConsistentHash::kHttpQueryParameterName:
      if (hash.http_query_parameter_name().empty()) return false;
      action.add_hash_policy()->mutable_query_parameter()->set_name(
          hash.http_query_parameter_name());
      return true;
    case ConsistentHash::HASH_KEY_NOT_SET:
      break;
  }
  return false;
}

// Several subsets of one service hash alike: once is enough.
void DropIfRepeated(RouteAction& action) {
  auto& policies = *action.mutable_hash_policy();
  const std::string last = policies.rbegin()->SerializeAsString();
  for (int i = 0; i + 1 < policies.size(); ++i) {
    if (policies[i].SerializeAsString() != last) continue;
    policies.RemoveLast();
    return;
  }
}

}  // namespace

const mesh::Rule* FindHashingRule(mesh::View& view, const ProxyClass& proxy, absl::string_view host,
                                  const mesh::Service* service) {
  return mesh::FindHashingRule(view, proxy.ns, proxy.labels, host,
                               service == nullptr ? absl::string_view() : service->ns);
}

bool AppendHashPolicy(RouteContext& context, absl::string_view host, const mesh::Service* service,
                      uint32_t port, absl::string_view subset, RouteAction& action) {
  const mesh::Rule* rule = FindHashingRule(context.view, context.proxy, host, service);
  if (rule == nullptr) return false;
  const TrafficPolicy policy = EffectiveTrafficPolicy(rule->spec.get(), port, subset);
  if (!policy.load_balancer().has_consistent_hash()) return false;
  if (!Append(policy.load_balancer().consistent_hash(), context.proxy, action)) return false;
  DropIfRepeated(action);
  context.origins.insert(context.origins.end(), rule->origins.begin(), rule->origins.end());
  return true;
}

}  // namespace binnacle::translator
