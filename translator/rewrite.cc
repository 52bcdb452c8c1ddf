#include "translator/rewrite.h"

namespace binnacle::translator {

void SetRewrite(const policy::v1::HttpRewrite& rewrite,
                envoy::config::route::v3::RouteAction& action) {
  if (rewrite.has_uri_regex_rewrite()) {
    auto& regex = *action.mutable_regex_rewrite();
    regex.mutable_pattern()->set_regex(rewrite.uri_regex_rewrite().match());
    regex.set_substitution(rewrite.uri_regex_rewrite().rewrite());
  } else if (!rewrite.uri().empty()) {
    // Of a route that matches an exact path this replaces the path whole.
    action.set_prefix_rewrite(rewrite.uri());
  }
  if (!rewrite.authority().empty()) action.set_host_rewrite_literal(rewrite.authority());
}

}  // namespace binnacle::translator
