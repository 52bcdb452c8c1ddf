// translator/config_source.h
//
// Where a proxy gets further resources from.
//
// Threads  pure.
// Spec     policy facts, section 4.1: initial_fetch_timeout 0s; Envoy v3
//          ConfigSource.
#pragma once

#include "envoy/config/core/v3/config_source.pb.h"

namespace binnacle::translator {

// The stream that this resource itself came on. The proxy waits for the answer
// as long as it takes.
envoy::config::core::v3::ConfigSource AdsConfigSource();
void SetAds(envoy::config::core::v3::ConfigSource& source);

// The same for virtual hosts on demand: which they are turns out later, so there
// is nothing to wait for at first.
void SetAdsOnDemand(envoy::config::core::v3::ConfigSource& source);

// The agent at the proxy's side (static cluster `sds-grpc`), which holds the
// workload's own keys.
envoy::config::core::v3::ConfigSource AgentConfigSource();
void SetAgent(envoy::config::core::v3::ConfigSource& source);

}  // namespace binnacle::translator
