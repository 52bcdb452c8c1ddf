// policy/validate_virtual_service.h
//
// The rules of one kind: VirtualService.
//
// Threads  pure.
// Spec     Istio networking.istio.io VirtualService.
#pragma once

#include "policy/object.h"
#include "policy/place.h"
#include "proto/policy/virtual_service.pb.h"

namespace binnacle::policy {

// `spec` is where the body stands in the document.
void ValidateVirtualService(const ObjectKey& key, const v1::VirtualService& service,
                            const Place& spec);

}  // namespace binnacle::policy
