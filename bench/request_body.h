// bench/request_body.h
//
// The long part of a request, names or names with versions, made once for all
// the proxies that say the same.
//
// Threads  one.
// Spec     Envoy v3 DiscoveryRequest, DeltaDiscoveryRequest.
#pragma once

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/numeric/int128.h"
#include "bench/known_resources.h"
#include "grpcpp/support/slice.h"

namespace binnacle::bench {

class RequestBodies {
 public:
  explicit RequestBodies(const KnownResources& known) : known_(known) {}

  // Each name as one entry of the repeated field `number`.
  grpc::Slice Names(XdsType type, uint32_t number, const std::vector<NameId>& names);
  // initial_resource_versions of DeltaDiscoveryRequest.
  grpc::Slice Versions(XdsType type, const std::vector<const KnownResource*>& held);

 private:
  const KnownResources& known_;
  absl::flat_hash_map<absl::uint128, grpc::Slice> made_;  // by what it says
};

}  // namespace binnacle::bench
