#include "translator/cors_policy.h"

#include "envoy/extensions/filters/http/cors/v3/cors.pb.h"
#include "tests/translator/route_mesh.h"

namespace binnacle::translator {
namespace {

std::string Cors(const char* json, EnvoyVersion version = {1, 40}) {
  ProxyClass proxy;
  proxy.envoy = version;
  envoy::config::route::v3::Route route;
  SetCorsPolicy(Said<policy::v1::CorsPolicy>(json), proxy, route);
  envoy::extensions::filters::http::cors::v3::CorsPolicy cors;
  REQUIRE(route.typed_per_filter_config().at("envoy.filters.http.cors").UnpackTo(&cors));
  return Shown(cors);
}

constexpr absl::string_view kOn = "filter_enabled { default_value { numerator: 100 } }";

}  // namespace

TEST_CASE("lists are joined by commas and the age is in seconds") {
  CHECK(Cors(R"({"allowMethods": ["GET", "PUT"], "allowHeaders": ["a", "b"],
                 "exposeHeaders": ["c"], "maxAge": "3600s", "unmatchedPreflights": "IGNORE"})") ==
        absl::StrCat("allow_methods: \"GET,PUT\" allow_headers: \"a,b\" expose_headers: \"c\" "
                     "max_age: \"3600\" ",
                     kOn, " forward_not_matching_preflights { }"));
}

TEST_CASE("the newer list of origins replaces the older") {
  CHECK(Cors(R"({"allowOrigin": ["old"], "allowOrigins": [{"exact": "new"}]})", {1, 24}) ==
        absl::StrCat("allow_origin_string_match { exact: \"new\" } ", kOn));
  CHECK(Cors(R"({"allowOrigin": ["old"]})", {1, 24}) ==
        absl::StrCat("allow_origin_string_match { exact: \"old\" } ", kOn));
}

}  // namespace binnacle::translator
