// policy/validate_kubernetes.h
//
// What a mesh needs of Kubernetes' own objects. A cluster's dump has been
// checked by the API server; this guards against files written by hand.
//
// Threads  pure.
// Spec     Kubernetes core/v1, discovery.k8s.io/v1.
#pragma once

#include "policy/place.h"
#include "proto/policy/kubernetes.pb.h"

namespace binnacle::policy {

// `document` is where the document stands: its fields are the body's.
void ValidateService(const v1::Service& service, const Place& document);
void ValidateEndpoints(const v1::Endpoints& endpoints, const Place& document);
void ValidateEndpointSlice(const v1::EndpointSlice& slice, const Place& document);
void ValidatePod(const v1::Pod& pod, const Place& document);

}  // namespace binnacle::policy
