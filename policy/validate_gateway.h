// policy/validate_gateway.h
//
// The rules of one kind: Gateway.
//
// Threads  pure.
// Spec     Istio networking.istio.io Gateway.
#pragma once

#include "policy/object.h"
#include "policy/place.h"
#include "proto/policy/gateway.pb.h"

namespace binnacle::policy {

// `spec` and `metadata` are where these stand in the document.
void ValidateGateway(const ObjectKey& key, const v1::Gateway& gateway, const Place& metadata,
                     const Place& spec);

}  // namespace binnacle::policy
