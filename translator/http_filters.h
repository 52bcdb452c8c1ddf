// translator/http_filters.h
//
// The HTTP filters of a connection manager, in the order in which requests
// pass them. Stock filters only: what they do to a request, its route says.
//
// Threads  pure.
// Spec     policy facts, section 4.2 (HTTP filter order).
#pragma once

#include <string>

#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"
#include "google/protobuf/repeated_ptr_field.h"

namespace binnacle::translator {

using HttpFilters = google::protobuf::RepeatedPtrField<
    envoy::extensions::filters::network::http_connection_manager::v3::HttpFilter>;

struct HttpFilterOptions {
  bool grpc_web = false;         // browsers' gRPC arrives here and is made plain gRPC
  bool on_demand_hosts = false;  // a request waits for the virtual host of its host
};

// HttpConnectionManager.http_filters, serialised, with tags and lengths.
const std::string& SerializedHttpFilters(HttpFilterOptions options);

// Of these a gRPC library knows: faults, and the router.
HttpFilters BuildProxylessHttpFilters();

}  // namespace binnacle::translator
