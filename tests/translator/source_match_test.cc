#include "translator/source_match.h"

#include "tests/translator/route_mesh.h"

namespace binnacle::translator {
namespace {

bool Matches(const char* json, absl::Span<const absl::string_view> gateways = RouteMesh::kMesh) {
  RouteMesh mesh;
  mesh.proxy.labels = {{"app", "web"}, {"version", "v2"}};
  RouteContext context = mesh.Context();
  context.gateways = gateways;
  return SourceMatches(context, Said<policy::v1::HttpMatchRequest>(json), "default");
}

}  // namespace

TEST_CASE("labels, namespace and port of the caller must all agree") {
  CHECK(Matches("{}"));
  CHECK(Matches(R"({"sourceLabels": {"app": "web"}, "sourceNamespace": "default", "port": 80})"));
  CHECK_FALSE(Matches(R"({"sourceLabels": {"app": "web", "version": "v1"}})"));
  CHECK_FALSE(Matches(R"({"sourceLabels": {"zone": "a"}})"));
  CHECK_FALSE(Matches(R"({"sourceNamespace": "shop"})"));
  CHECK_FALSE(Matches(R"({"port": 81})"));
}

TEST_CASE("a match that names gateways looks at no other source but the port") {
  CHECK(Matches(R"({"gateways": ["mesh"], "sourceNamespace": "shop"})"));
  CHECK_FALSE(Matches(R"({"gateways": ["mesh"], "port": 81})"));
  CHECK_FALSE(Matches(R"({"gateways": ["edge"]})"));
  const absl::string_view edge[] = {"default/edge"};
  CHECK(Matches(R"({"gateways": ["edge"]})", edge));
  CHECK(Matches(R"({"gateways": ["other", "default/edge"]})", edge));
  CHECK_FALSE(Matches(R"({"gateways": ["shop/edge", "mesh"]})", edge));
}

}  // namespace binnacle::translator
