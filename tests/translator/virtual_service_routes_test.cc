#include "translator/virtual_service_routes.h"

#include "envoy/config/route/v3/route_components.pb.h"
#include "tests/translator/each_field.h"
#include "tests/translator/route_mesh.h"
#include "translator/delegate.h"
#include "translator/operation_name.h"
#include "translator/serialize.h"
#include "translator/source_match.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::Route;
using envoy::config::route::v3::RouteMatch;
using envoy::config::route::v3::VirtualHost;
using policy::v1::HttpMatchRequest;
using policy::v1::HttpRoute;

constexpr absl::string_view kServices = R"(
apiVersion: v1
kind: Service
metadata: {name: web, namespace: default}
spec: {clusterIP: 10.96.0.10, ports: [{name: http, port: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: hashed, namespace: default}
spec: {clusterIP: 10.96.0.11, ports: [{name: http, port: 8080}]}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: hashed, namespace: default}
spec: {host: hashed, trafficPolicy: {loadBalancer: {consistentHash: {useSourceIp: true}}}}
)";

policy::Object Holding(const std::vector<HttpRoute>& rules) {
  auto spec = std::make_shared<policy::v1::VirtualService>();
  spec->add_hosts("a.com");
  for (const HttpRoute& rule : rules) *spec->add_http() = rule;
  policy::Object object;
  object.key = {policy::Kind::kVirtualService, "default", "routes"};
  object.body = std::move(spec);
  return object;
}

std::string PathOf(const RouteMatch& match) {
  switch (match.path_specifier_case()) {
    case RouteMatch::kPrefix:
      return match.prefix() + "*";
    case RouteMatch::kPath:
      return match.path();
    default:
      return match.safe_regex().regex();
  }
}

bool TakesAll(const RouteMatch& match) {
  return match.has_prefix() && (match.prefix() == "/" || match.prefix().empty()) &&
         match.headers().empty() && match.query_parameters().empty() &&
         match.dynamic_metadata().empty();
}

// One rule with one of its matches as a message; nullopt if it leads nowhere.
std::optional<Route> Message(RouteContext& context, const HttpRoute& rule,
                             const HttpMatchRequest& match) {
  Route route;
  if (!SetEffect(context, rule, "default", route)) return std::nullopt;
  if (rule.match().empty()) {
    SetCatchAllMatch(*route.mutable_match());
  } else {
    SetRouteMatch(match, *route.mutable_match());
  }
  const bool both = !rule.name().empty() && !match.name().empty();
  route.set_name(rule.name() + (both ? "." : "") + match.name());
  route.set_stat_prefix(match.stat_prefix());
  const std::string operation = OperationOf(route.route().cluster(), "routes", context.port);
  route.mutable_decorator()->set_operation(operation + PathOf(route.match()));
  return route;
}

// What AppendVirtualServiceRoutes() is to give, all of it by way of messages.
std::string ByMessages(RouteContext& context, const policy::Object& virtual_service) {
  VirtualHost host;
  const HttpRules rules = FindHttpRules(context.view, virtual_service, context.origins);
  for (const HttpRoute* found : rules.rules) {
    const HttpRoute& rule = *found;
    auto matches = rule.match();
    if (matches.empty()) matches.Add();
    for (const HttpMatchRequest& match : matches) {
      if (!SourceMatches(context, match, "default")) continue;
      const auto route = Message(context, rule, match);
      if (!route.has_value()) break;
      *host.add_routes() = *route;
      if (TakesAll(route->match())) return Serialize(host);
    }
    if (rule.match().empty()) break;
  }
  return Serialize(host);
}

std::string Appended(RouteContext& context, const policy::Object& virtual_service) {
  RouteList routes;
  const bool any = AppendVirtualServiceRoutes(context, virtual_service, routes);
  CHECK(any == !routes.empty());
  return absl::StrCat(routes.some(), routes.all());
}

// Whether what is filled in, what is not and what is made by way of messages is
// one and the same.
class Comparison {
 public:
  explicit Comparison(mesh::MeshSettings settings = mesh::DefaultSettings())
      : mesh_(kServices, std::move(settings)), send_on_(SendOnForm(mesh_.view)) {
    mesh_.proxy.labels = {{"app", "client"}};
  }

  void Check(const std::vector<HttpRoute>& rules) {
    for (const bool foreign_host : {true, false}) {
      CAPTURE(foreign_host);
      RouteContext context = mesh_.Context();
      context.foreign_host = foreign_host;
      const policy::Object object = Holding(rules);
      const std::string expected = ByMessages(context, object);
      CHECK(Appended(context, object) == expected);
      context.send_on = send_on_.get();
      CHECK(Appended(context, object) == expected);
    }
  }
  void Check(const HttpRoute& rule) { Check(std::vector<HttpRoute>{rule}); }

 private:
  RouteMesh mesh_;
  std::shared_ptr<const MessageForm> send_on_;
};

HttpRoute Rule(const std::string& json) { return Said<HttpRoute>(json); }

HttpRoute Plain() {
  return Rule(
      R"({"match": [{"uri": {"prefix": "/a"}}], "route": [{"destination": {"host": "web"}}]})");
}

}  // namespace

TEST_CASE("routes written by hand are what protobuf writes, whatever is set in the rule") {
  Comparison comparison;
  const HttpRoute plain = Plain();
  comparison.Check(plain);
  ForEachField<HttpRoute>(plain, [&](const HttpRoute& rule) { comparison.Check(rule); });
  ForEachField<HttpMatchRequest>(plain.match(0), [&](const HttpMatchRequest& match) {
    HttpRoute rule = plain;
    *rule.mutable_match(0) = match;
    *rule.add_match() = plain.match(0);
    comparison.Check(rule);
  });
  ForEachField<policy::v1::HttpRouteDestination>(plain.route(0), [&](const auto& destination) {
    HttpRoute rule = plain;
    *rule.mutable_route(0) = destination;
    comparison.Check(rule);
  });
  ForEachField<policy::v1::Destination>(plain.route(0).destination(), [&](const auto& to) {
    HttpRoute rule = plain;
    *rule.mutable_route(0)->mutable_destination() = to;
    comparison.Check(rule);
  });
}

TEST_CASE("routes written by hand are what protobuf writes, wherever the rule leads") {
  policy::v1::MeshConfig config;
  config.mutable_default_http_retry_policy()->set_attempts(7);
  for (auto settings :
       {mesh::DefaultSettings(), mesh::MeshSettings{mesh::WithDefaults(config), "cluster.local"}}) {
    Comparison comparison(settings);
    for (
        const char* json :
        {R"({"route": [{"destination": {"host": "web"}}]})",
         R"({"name": "all", "route": [{"destination": {"host": "hashed"}}]})",
         R"({"route": [{"destination": {"host": "hashed"}, "weight": 1},
                        {"destination": {"host": "web"}, "weight": 2}]})",
         R"({"route": [{"destination": {"host": "nowhere.com", "port": {"number": 443}}}]})",
         R"({"route": [{"destination": {"host": "WEB", "subset": "a|b"}}]})",
         R"({"route": [{"destination": {"host": "web"}, "headers": {"request": {"set": {"a": "b"}}}}]})",
         R"({"redirect": {"uri": "/x"}})", R"({"redirect": {"redirectCode": 999}})",
         R"({"directResponse": {"status": 503}, "headers": {"response": {"remove": ["a"]}}})",
         R"({"route": [{"destination": {"host": "web"}}], "rewrite": {"uri": "/"}, "timeout": "3s"})",
         R"({})"}) {
      CAPTURE(json);
      HttpRoute rule = Rule(json);
      comparison.Check(rule);
      *rule.add_match() = Said<HttpMatchRequest>(R"({"uri": {"regex": "/a.*"}, "name": "m"})");
      *rule.add_match() = Said<HttpMatchRequest>(R"({"sourceLabels": {"app": "nobody"}})");
      *rule.add_match() = Said<HttpMatchRequest>(R"({"uri": {"exact": "/"}, "statPrefix": "s"})");
      *rule.add_match() = Said<HttpMatchRequest>(R"({"sourceLabels": {"app": "client"}})");
      *rule.add_match() = Said<HttpMatchRequest>(R"({"uri": {"exact": "/never"}})");
      comparison.Check(rule);
      rule.mutable_match()->RemoveLast();
      rule.mutable_match()->RemoveLast();
      comparison.Check({rule, Plain(), rule});
    }
  }
}

TEST_CASE("routes that take everything go behind those of VirtualServices that come later") {
  RouteMesh mesh(kServices);
  RouteContext context = mesh.Context();
  RouteList routes;
  const auto all = Rule(R"({"name": "all", "route": [{"destination": {"host": "web"}}]})");
  CHECK(AppendVirtualServiceRoutes(context, Holding({all}), routes));
  CHECK(AppendVirtualServiceRoutes(context, Holding({Plain()}), routes));
  CHECK_FALSE(AppendVirtualServiceRoutes(context, Holding({}), routes));
  VirtualHost host;
  REQUIRE(host.ParseFromString(absl::StrCat(routes.some(), routes.all())));
  REQUIRE(host.routes_size() == 2);
  CHECK(host.routes(0).match().prefix() == "/a");
  CHECK(host.routes(1).name() == "all");
}

}  // namespace binnacle::translator
