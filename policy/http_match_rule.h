// policy/http_match_rule.h
//
// What an HTTP route may ask of a request, and which routes no request can
// reach because an earlier one takes them all.
//
// Threads  pure.
// Spec     Istio HTTPMatchRequest.
#pragma once

#include "google/protobuf/repeated_ptr_field.h"
#include "policy/place.h"
#include "proto/policy/virtual_service.pb.h"

namespace binnacle::policy {

struct HttpMatchContext {
  // Whether only gateways serve these routes: then claims of tokens may be
  // compared as if they were headers.
  bool gateways_only = false;
};

void CheckHttpMatch(const v1::HttpMatchRequest& match, HttpMatchContext context, const Place& at);

// Names of gateways: "ns/name", "name" or "mesh".
void CheckGatewayNames(const google::protobuf::RepeatedPtrField<std::string>& gateways,
                       const Place& at);

// Warns of rules and matches that repeat or hide behind earlier ones. `spec` is
// the parent of `http`.
void WarnOfUnreachable(const google::protobuf::RepeatedPtrField<v1::HttpRoute>& routes,
                       const Place& spec);

}  // namespace binnacle::policy
