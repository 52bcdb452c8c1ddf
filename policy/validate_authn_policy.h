// policy/validate_authn_policy.h
//
// The rules of the two kinds of 2018: Policy and MeshPolicy.
//
// Threads  pure.
// Spec     Istio authentication.istio.io/v1alpha1.
#pragma once

#include "policy/object.h"
#include "policy/place.h"
#include "proto/policy/authn_policy.pb.h"
#include "proto/policy/mesh_policy.pb.h"

namespace binnacle::policy {

// `spec` and `metadata` are where these stand in the document.
void ValidateAuthnPolicy(const ObjectKey& key, const v1::Policy& policy, const Place& metadata,
                         const Place& spec);
void ValidateMeshPolicy(const ObjectKey& key, const v1::MeshPolicy& policy, const Place& metadata,
                        const Place& spec);

}  // namespace binnacle::policy
