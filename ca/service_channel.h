// ca/service_channel.h
//
// A connection to a control plane, for its certificate service or its streams:
// TLS, its certificate checked against roots and a name, and, where there is one,
// the caller's own certificate shown.
//
// Each connection is its own: none is shared between credentials.
//
// Threads  none of its own.
// Spec     gRPC C++ 1.51.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "ca/workload_certificate.h"
#include "grpcpp/channel.h"
#include "grpcpp/support/status.h"

namespace binnacle::ca {

// A name (DNS) that every control plane's certificate bears (design, section 4);
// IP addresses are not in it.
inline constexpr char kUsualServiceName[] = "istiod.istio-system.svc";

struct ServiceAddress {
  std::string target;  // host:port
  std::string name;    // that its certificate must bear (DNS)
};

// That of the service at `host` (without brackets), if nobody says another: the
// host, or kUsualServiceName where that is an IP address.
std::string UsualNameOf(const std::string& host);

// `own`: nullptr for none.
std::shared_ptr<grpc::Channel> DialService(const ServiceAddress& service,
                                           const std::string& roots_pem,
                                           const WorkloadCertificate* own);

// With the words of gRPC turned into what to look at, where it is known.
absl::Status StatusOf(const grpc::Status& status, const ServiceAddress& service);

}  // namespace binnacle::ca
