#include "translator/claim_match.h"

#include "tests/translator/route_mesh.h"

namespace binnacle::translator {

TEST_CASE("a claim is told from a header by its prefix and separator") {
  CHECK(IsClaim("@request.auth.claims.group"));
  CHECK(IsClaim("@request.auth.claims[group]"));
  CHECK_FALSE(IsClaim("@request.auth.claims"));
  CHECK_FALSE(IsClaim("@request.auth.claimsgroup"));
  CHECK_FALSE(IsClaim("x-claims"));
}

TEST_CASE("both ways to write a nested claim mean the same") {
  const auto shown = [](const std::string& name) {
    envoy::config::route::v3::RouteMatch match;
    policy::v1::HttpMatchRequest request;
    (*request.mutable_headers())[name].set_exact("ops");
    SetClaimMatchers(request, match);
    return Shown(match);
  };
  const std::string dotted = shown("@request.auth.claims.realm.role");
  CHECK(dotted == shown("@request.auth.claims[realm][role]"));
  CHECK(dotted ==
        "dynamic_metadata { filter: \"envoy.filters.http.jwt_authn\" path { key: \"payload\" } "
        "path { key: \"realm\" } path { key: \"role\" } value { or_match { value_matchers { "
        "list_match { one_of { string_match { exact: \"ops\" } } } } value_matchers { "
        "string_match { exact: \"ops\" } } } } }");
}

TEST_CASE("a name that is not closed ends where it stops making sense") {
  envoy::config::route::v3::RouteMatch match;
  policy::v1::HttpMatchRequest request;
  (*request.mutable_headers())["@request.auth.claims[a][b"].set_exact("x");
  SetClaimMatchers(request, match);
  CHECK(match.dynamic_metadata(0).path_size() == 2);
}

}  // namespace binnacle::translator
