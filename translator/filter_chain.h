// translator/filter_chain.h
//
// What every filter chain has, wherever it stands.
//
// Threads  pure.
// Spec     policy facts, section 4.1; Envoy v3 FilterChain.
#pragma once

#include "absl/strings/string_view.h"
#include "envoy/config/listener/v3/listener_components.pb.h"

namespace binnacle::translator {

envoy::config::listener::v3::FilterChain NewFilterChain(absl::string_view name);

// With one filter.
envoy::config::listener::v3::FilterChain NewFilterChain(absl::string_view name,
                                                        envoy::config::listener::v3::Filter filter);

}  // namespace binnacle::translator
