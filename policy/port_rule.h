// policy/port_rule.h
//
// Port numbers, and the words for what is spoken on a port.
//
// Threads  pure.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "policy/complaint.h"

namespace binnacle::policy {

// 1 to 65535.
Verdict CheckPort(int64_t port);

// Words are compared without regard to case.
bool IsHttpProtocol(absl::string_view protocol);  // HTTP, HTTP2, GRPC, GRPC-WEB, HTTP_PROXY
bool IsTlsProtocol(absl::string_view protocol);   // HTTPS, TLS

// What a Gateway's server may speak.
Verdict CheckGatewayProtocol(absl::string_view protocol);

// What a ServiceEntry's port may speak; empty is allowed and means: find out.
Verdict CheckServiceProtocol(absl::string_view protocol);

}  // namespace binnacle::policy
