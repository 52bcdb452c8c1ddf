// translator/route_match.h
//
// Which requests a route takes.
//
// Threads  pure.
// Spec     Envoy v3 RouteMatch; policy facts, section 1.2.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "proto/policy/virtual_service.pb.h"

namespace binnacle::translator {

// What of `match` can be told from a request: port, source and gateways are
// not among it (see source_match.h).
void SetRouteMatch(const policy::v1::HttpMatchRequest& match,
                   envoy::config::route::v3::RouteMatch& route_match);

// Every request.
void SetCatchAllMatch(envoy::config::route::v3::RouteMatch& route_match);

// The same, serialised.
struct MatchBytes {
  std::string message;
  absl::string_view path;  // what is said of it, for names; lives as long as the match
  absl::string_view suffix;
  bool takes_all = false;  // no route after this one can ever be reached

  void Set(const policy::v1::HttpMatchRequest& match);
  static MatchBytes OfAll();
};

}  // namespace binnacle::translator
