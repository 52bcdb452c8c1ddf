// translator/cluster_metadata.h
//
// What a cluster says of itself to dashboards, access logs and statistics: the
// service behind it and the rule that shaped it.
//
// Threads  pure.
// Spec     Envoy v3 Metadata, filter metadata `istio`.
#pragma once

#include "envoy/config/core/v3/base.pb.h"
#include "mesh/service.h"
#include "translator/destination.h"

namespace binnacle::translator {

void SetOutboundMetadata(const Destination& destination,
                         envoy::config::core::v3::Metadata& metadata);
void SetInboundMetadata(const mesh::Service& service, envoy::config::core::v3::Metadata& metadata);

}  // namespace binnacle::translator
