// translator/filter_chain.h
//
// A filter chain less the connections that take it, wherever it stands.
//
// It is serialised at once: a gateway has thousands, and their filters are
// bytes already.
//
// Threads  pure.
// Spec     policy facts, section 4.1; Envoy v3 FilterChain.
#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace binnacle::translator {

// Of messages that are serialised and live elsewhere.
struct FilterChain {
  absl::string_view name;
  absl::string_view filter;                 // a Filter
  absl::string_view transport_socket = {};  // a TransportSocket; empty: none
};

// `match`: a FilterChainMatch, serialised; empty: none.
size_t SizeOf(const FilterChain& chain, absl::string_view match);
void AppendTo(std::string& bytes, const FilterChain& chain, absl::string_view match);

}  // namespace binnacle::translator
