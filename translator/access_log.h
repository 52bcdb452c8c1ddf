// translator/access_log.h
//
// Access logs as the mesh configuration asks for them.
//
// Threads  pure.
// Spec     policy facts, sections 3 and 4.9; Envoy v3 AccessLog, FileAccessLog.
#pragma once

#include "envoy/config/accesslog/v3/accesslog.pb.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "proto/policy/mesh_config.pb.h"

namespace binnacle::translator {

using AccessLogs = google::protobuf::RepeatedPtrField<envoy::config::accesslog::v3::AccessLog>;

// For an HTTP connection manager or a TCP proxy. Empty when logs are off.
AccessLogs BuildAccessLogs(const policy::v1::MeshConfig& config);

// For a listener itself: connections that no filter chain would take.
AccessLogs BuildListenerAccessLogs(const policy::v1::MeshConfig& config);

}  // namespace binnacle::translator
