// policy/validate_workload_entry.h
//
// The rules of one kind: WorkloadEntry, alone or inside a ServiceEntry.
//
// Threads  pure.
// Spec     Istio networking.istio.io WorkloadEntry.
#pragma once

#include "policy/object.h"
#include "policy/place.h"
#include "proto/policy/workload_entry.pb.h"

namespace binnacle::policy {

// `at` is where the entry stands in the document.
void ValidateWorkloadEntry(const v1::WorkloadEntry& entry, const Place& at);

}  // namespace binnacle::policy
