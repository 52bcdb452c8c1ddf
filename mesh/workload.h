// mesh/workload.h
//
// What a Pod or a WorkloadEntry tells of the workload behind an address.
// Spec  policy facts, sections 1.4 and 6.
#pragma once

#include <memory>

#include "mesh/service.h"
#include "policy/object.h"
#include "proto/policy/workload_entry.pb.h"

namespace binnacle::mesh {

// `node` is the Node object it runs on, or nullptr.
std::shared_ptr<const Workload> FromPod(const policy::Object& pod, const policy::Object* node);

// `object` is the WorkloadEntry, or the ServiceEntry in which it stands inline.
std::shared_ptr<const Workload> FromWorkloadEntry(const policy::v1::WorkloadEntry& entry,
                                                  const policy::Object& object);

// An address of which no more is known.
std::shared_ptr<const Workload> UnknownWorkload(absl::string_view ns, const policy::Object* node);

// Every IP of the pod; empty while it has none or has ended.
std::vector<std::string> PodAddresses(const policy::Object& pod);
bool HasEnded(const policy::Object& pod);
bool IsReady(const policy::Object& pod);

}  // namespace binnacle::mesh
