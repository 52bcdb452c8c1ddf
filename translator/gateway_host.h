// translator/gateway_host.h
//
// Where the hosts of a Gateway's server and those of a VirtualService meet.
//
// Threads  pure.
// Spec     policy facts, sections 1.1 (hosts[]) and 5.1.
#pragma once

#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace binnacle::translator {

// "ns/host" or "host": of a VirtualService in `ns`, or of any.
struct GatewayHost {
  absl::string_view ns;  // empty: any
  absl::string_view host;
};
GatewayHost ParseGatewayHost(absl::string_view written);

// The narrower of each pair in which one host covers the other; sorted,
// without repetition. `server_hosts` as written, `hosts` those of a
// VirtualService in `ns`, resolved. What is given points into both.
using MetHosts = absl::InlinedVector<absl::string_view, 4>;
MetHosts MeetHosts(absl::Span<const absl::string_view> server_hosts,
                   absl::Span<const absl::string_view> hosts, absl::string_view ns);

// The same, copied.
std::vector<std::string> MeetHosts(absl::Span<const absl::string_view> server_hosts,
                                   absl::Span<const std::string> hosts, absl::string_view ns);

}  // namespace binnacle::translator
