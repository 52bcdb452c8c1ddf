// server/response.h
//
// A Response as it goes on the wire: a small header written by hand, and slices
// that point into bytes shared by every stream: of one resource, or of a run of
// small ones that was put together once. Nothing is serialised again.
//
// Threads  pure. The buffer keeps the resources alive.
// Spec     Envoy v3 DiscoveryResponse, DeltaDiscoveryResponse; protobuf
//          encoding (the order of fields is free).
#pragma once

#include "grpcpp/support/byte_buffer.h"
#include "server/stream_state.h"

namespace binnacle::server {

grpc::ByteBuffer ToWire(Variant variant, const Response& response);

}  // namespace binnacle::server
