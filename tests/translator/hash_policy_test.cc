#include "translator/hash_policy.h"

#include "mesh/lookup.h"
#include "tests/translator/route_mesh.h"

namespace binnacle::translator {
namespace {

// The hash policy towards a.com, or "none".
std::string Hash(const std::string& load_balancer, EnvoyVersion version = {1, 40}) {
  RouteMesh mesh(absl::StrCat(R"(
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: a, namespace: default}
spec:
  host: a.com
  trafficPolicy: {loadBalancer: )",
                              load_balancer, "}\n"));
  mesh.proxy.envoy = version;
  RouteContext context = mesh.Context();
  envoy::config::route::v3::RouteAction action;
  if (!AppendHashPolicy(context, "a.com", nullptr, 80, "", action)) return "none";
  CHECK(mesh.origins.size() == 1);
  CHECK(AppendHashPolicy(context, "a.com", nullptr, 81, "", action));
  CHECK(action.hash_policy_size() == 1);  // said once
  return Shown(action.hash_policy(0));
}

}  // namespace

TEST_CASE("requests are hashed by what the rule names") {
  CHECK(Hash("{consistentHash: {httpHeaderName: x-user}}") == "header { header_name: \"x-user\" }");
  CHECK(Hash("{consistentHash: {useSourceIp: true}}") ==
        "connection_properties { source_ip: true }");
  CHECK(Hash("{consistentHash: {httpQueryParameterName: id}}") ==
        "query_parameter { name: \"id\" }");
  CHECK(Hash("{consistentHash: {httpCookie: {name: c, ttl: 0s}}}") ==
        "cookie { name: \"c\" ttl { } }");
}

TEST_CASE("a rule that does not hash, or by nothing, leaves requests alone") {
  CHECK(Hash("{simple: RANDOM}") == "none");
  CHECK(Hash("{consistentHash: {useSourceIp: false}}") == "none");
}

TEST_CASE("an Envoy that does not know cookie attributes is not sent any") {
  const std::string cookie =
      "{consistentHash: {httpCookie: {name: c, attributes: [{name: SameSite, value: Lax}]}}}";
  CHECK(Hash(cookie) == "cookie { name: \"c\" attributes { name: \"SameSite\" value: \"Lax\" } }");
  CHECK(Hash(cookie, {1, 29}) == "cookie { name: \"c\" }");
}

}  // namespace binnacle::translator
