// mesh/protocol.h
//
// What a port speaks, and how that is told from the words users write.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace binnacle::mesh {

enum class Protocol : uint8_t {
  kUnsupported,  // not declared: the proxy looks at the first bytes
  kHttp,
  kHttp2,
  kGrpc,
  kGrpcWeb,
  kHttpProxy,
  kHttps,
  kTls,
  kTcp,
  kUdp,
  kMongo,
  kRedis,
  kMysql,
};

// Case-insensitive; anything unknown is kUnsupported.
Protocol ParseProtocol(absl::string_view word);

// Declared as http, http2, grpc, grpc-web or http_proxy.
bool IsHttp(Protocol protocol);
// Spoken as HTTP/2 upstream: http2, grpc, grpc-web.
bool IsHttp2(Protocol protocol);
// Opaque TLS: https, tls.
bool IsTls(Protocol protocol);
// To be sniffed.
inline bool IsSniffed(Protocol protocol) { return protocol == Protocol::kUnsupported; }

// A Kubernetes service port: appProtocol first, then the port name's prefix,
// then well-known TCP ports; otherwise sniffed. `transport` is TCP, UDP, SCTP.
Protocol KubernetesPortProtocol(absl::string_view transport, absl::string_view app_protocol,
                                absl::string_view name, uint32_t number);

}  // namespace binnacle::mesh
