// bench/load_steps.h
//
// The steps of a load run, each measured at both ends of the wire: how long,
// how much was sent, and what it cost the server.
//
//   open:N             N proxies more come and hold their whole configuration
//   endpoint:N         N times: one endpoint's address changes
//   virtual-service:N  N times: one route changes
//   reconnect:N        N times: every stream is lost and comes back
//   restart            the server is stopped and started by somebody else
//   idle:N             nothing for N seconds
//
// Threads  one.
// Errors   kDeadlineExceeded, saying how many proxies still lack what.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/load_client.h"
#include "bench/mesh_generator.h"
#include "bench/server_process.h"
#include "nlohmann/json.hpp"

namespace binnacle::bench {

struct StepOptions {
  std::string policy_dir;                    // where changes are written
  std::string server;                        // process id, or a file with it; empty: not measured
  absl::Duration within = absl::Seconds(1);  // in which lost streams come back
  absl::Duration patience = absl::Seconds(120);  // of one wait
  int changed_services = 0;                      // so many are changed, in turn; 0: all
};

// The service that is changed nth, from 0.
int ServiceOfChange(int nth, int services);

class LoadSteps {
 public:
  LoadSteps(LoadClient& client, MeshGenerator mesh, StepOptions options);

  // `word` as above; what was measured, as an object.
  absl::StatusOr<nlohmann::json> Run(const std::string& word);

 private:
  struct Start;  // of a measured stretch
  struct Change;

  absl::StatusOr<nlohmann::json> Open(int count);
  absl::StatusOr<nlohmann::json> ChangeMany(const std::string& what, int count);
  absl::StatusOr<Change> ChangeOnce(const std::string& what, int service);
  absl::StatusOr<nlohmann::json> Reconnect(int count);
  absl::StatusOr<nlohmann::json> Restart();
  absl::StatusOr<nlohmann::json> Idle(int seconds);

  Start Begin();
  nlohmann::json End(const Start& start, int times);
  absl::Status Await(const std::function<bool()>& done, const std::string& what);
  void Settle();
  void FindServer();

  LoadClient& client_;
  MeshGenerator mesh_;
  const StepOptions options_;
  std::optional<ServerProcess> server_;
  int changes_ = 0;
};

}  // namespace binnacle::bench
