// policy/validate_destination_rule.h
//
// The rules of one kind: DestinationRule.
//
// Threads  pure.
// Spec     Istio networking.istio.io DestinationRule.
#pragma once

#include "policy/object.h"
#include "policy/place.h"
#include "proto/policy/destination_rule.pb.h"

namespace binnacle::policy {

// `spec` is where the body stands in the document.
void ValidateDestinationRule(const ObjectKey& key, const v1::DestinationRule& rule,
                             const Place& spec);

}  // namespace binnacle::policy
