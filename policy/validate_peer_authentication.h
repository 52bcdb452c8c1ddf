// policy/validate_peer_authentication.h
//
// The rules of one kind: PeerAuthentication.
//
// Threads  pure.
// Spec     Istio security.istio.io PeerAuthentication.
#pragma once

#include "policy/object.h"
#include "policy/place.h"
#include "proto/policy/peer_authentication.pb.h"

namespace binnacle::policy {

// `spec` is where the body stands in the document.
void ValidatePeerAuthentication(const v1::PeerAuthentication& policy, const Place& spec);

}  // namespace binnacle::policy
