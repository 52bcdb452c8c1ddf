// policy/validate_service_entry.h
//
// The rules of one kind: ServiceEntry.
//
// Threads  pure.
// Spec     Istio networking.istio.io ServiceEntry.
#pragma once

#include "policy/object.h"
#include "policy/place.h"
#include "proto/policy/service_entry.pb.h"

namespace binnacle::policy {

// `spec` is where the body stands in the document.
void ValidateServiceEntry(const ObjectKey& key, const v1::ServiceEntry& entry, const Place& spec);

}  // namespace binnacle::policy
