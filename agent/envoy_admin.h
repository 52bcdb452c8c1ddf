// agent/envoy_admin.h
//
// What the agent asks of Envoy's admin interface.
//
// Threads  safe to call from any thread; each call blocks for up to a second.
#pragma once

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "agent/host_port.h"

namespace binnacle::agent {

class EnvoyAdmin {
 public:
  explicit EnvoyAdmin(HostPort address) : address_(std::move(address)) {}

  // OK if Envoy serves; kUnavailable, with why not, else.
  absl::Status Ready() const;
  // Says farewell to clients: health checks fail and connections are closed
  // when their requests are done. `inbound_only`: what leaves goes on.
  absl::Status Drain(bool inbound_only) const;

 private:
  const HostPort address_;
};

}  // namespace binnacle::agent
