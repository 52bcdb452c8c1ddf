// agent/health_server.h
//
// Health and metrics over HTTP, for whoever runs the workload.
//
//   /healthz/ready  200, or 503 and one line of why
//   /healthz/live   200
//   /metrics        Prometheus' text format
//
// Threads  Start() and Stop() from one thread; a few of its own answer and call
//          `ready` and `metrics`.
// Errors   Start(): kUnavailable if the address cannot be had.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/host_port.h"

namespace binnacle::agent {

struct HealthParts {
  std::function<absl::Status()> ready;  // why not, if not
  std::function<std::string()> detail;  // one line beside "ready"
  std::function<std::string()> metrics;
};

class HealthServer {
 public:
  explicit HealthServer(HealthParts parts);
  ~HealthServer();

  // Port 0 takes a free one. Returns what was bound.
  absl::StatusOr<HostPort> Start(const HostPort& address);
  void Stop();

 private:
  class Http;
  std::unique_ptr<Http> http_;
};

}  // namespace binnacle::agent
