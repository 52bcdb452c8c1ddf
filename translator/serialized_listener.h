// translator/serialized_listener.h
//
// A listener put together from its filter chains, which are bytes, and the rest.
//
// Threads  pure.
// Spec     Envoy v3 Listener.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "envoy/config/listener/v3/listener.pb.h"

namespace binnacle::translator {

struct SerializedListener {
  std::string name;
  // The chains may be a megabyte, so they are put between the others last.
  std::string before;
  std::string chains;
  std::string after;
};

// `listener` has no filter chains. `chains`: as FilterChains has them.
// `fallback`: the default filter chain, serialised; empty: none.
SerializedListener Complete(const envoy::config::listener::v3::Listener& listener,
                            std::string chains, absl::string_view fallback = "");

}  // namespace binnacle::translator
