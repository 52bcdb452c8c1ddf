#include "agent/run.h"

#include <atomic>
#include <memory>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/acknowledgements.h"
#include "agent/bootstrap.h"
#include "agent/bundle_stream.h"
#include "agent/certificate_client.h"
#include "agent/certificate_keeper.h"
#include "agent/envoy_admin.h"
#include "agent/envoy_command.h"
#include "agent/envoy_process.h"
#include "agent/file_secrets.h"
#include "agent/health_server.h"
#include "agent/metrics.h"
#include "agent/sds_service.h"
#include "agent/secret_resource.h"
#include "agent/secret_store.h"
#include "agent/state_dir.h"
#include "agent/text_file.h"
#include "agent/trust.h"
#include "agent/version.h"
#include "process/end_signals.h"
#include "spdlog/spdlog.h"

namespace binnacle::agent {
namespace {

// Everything that runs, in the order in which it depends on what stands before.
class Running {
 public:
  Running(const Settings& settings, StateDir& state_dir, SecretStore& store, Trust& trust)
      : settings_(settings),
        state_dir_(state_dir),
        store_(store),
        trust_(trust),
        files_(store_),
        sds_({store_, files_, acknowledgements_}),
        client_(settings.server, settings.wish, trust_, clock_),
        keeper_([this](const ca::WorkloadCertificate* current) { return client_.Request(current); },
                [this](const ca::WorkloadCertificatePtr& got) { Publish(*got); }, clock_),
        bundles_({settings.server, AgentNode(settings.wish.identity),
                  [this] { return trust_.ForServer(); },
                  [this] { return keeper_.state().certificate; },
                  [this](absl::string_view pem) { return trust_.Take(pem); }, acknowledgements_,
                  clock_}),
        admin_(settings.envoy_admin.FromHere()),
        envoy_(EnvoyCommand(settings.envoy, state_dir_.PathOf(kBootstrapName), settings.drain,
                            settings.envoy_flags),
               RestartPolicy()),
        health_({[this] { return Ready(); }, [this] { return Detail(); },
                 [this] { return metrics_.Text(Read(), clock_.Now()); }}) {}

  absl::Status Start() {
    auto health = health_.Start(settings_.health);
    if (!health.ok()) return health.status();
    spdlog::info("health: listening on http://{}", health->ToString());
    const std::string socket = state_dir_.PathOf(kSocketName);
    if (auto sds = sds_.Start(socket); !sds.ok()) return sds;
    spdlog::info("sds: listening on {}", socket);
    auto bootstrap = BootstrapFor(settings_, state_dir_.path());
    if (!bootstrap.ok()) return bootstrap.status();
    if (auto written = WriteOwnersFile(state_dir_.PathOf(kBootstrapName), *bootstrap);
        !written.ok()) {
      return written;
    }
    spdlog::info("certificate: asking {} (as {}) for {}", settings_.server.address.ToString(),
                 settings_.server.name, settings_.wish.identity.spiffe_id()->ToString());
    keeper_.Start();
    starter_ = std::thread([this] { StartTheRest(); });
    return absl::OkStatus();
  }

  void Stop() {
    ending_ = true;
    // Nobody waits for a first certificate any more.
    if (keeper_.state().certificate == nullptr) StopKeeper();
    if (starter_.joinable()) starter_.join();
    envoy_.Stop(settings_.drain, [this] { BeginDrain(); });
    StopKeeper();
    bundles_.Stop();
    sds_.Stop();
    health_.Stop();
  }

 private:
  void StartTheRest() {
    if (!keeper_.WaitForFirst()) return;
    bundles_.Start();
    if (!settings_.run_envoy) return;
    spdlog::info("envoy: {} with admin on {}", settings_.envoy, settings_.envoy_admin.ToString());
    envoy_.Start();
  }

  void StopKeeper() {
    client_.Cancel();
    keeper_.Stop();
  }

  // Roots first: Envoy must not show a certificate under a root that it does
  // not know itself.
  void Publish(const ca::WorkloadCertificate& got) {
    trust_.TakeRootsOf(got);
    store_.Put(std::string(kOwnCertificate),
               CertificateSecret(kOwnCertificate, got.ChainPem(), got.key.ToPem()));
  }

  void BeginDrain() {
    spdlog::info("envoy: draining for {}", absl::FormatDuration(settings_.drain));
    const bool sidecar = settings_.wish.identity.type == "sidecar";
    if (auto asked = admin_.Drain(sidecar); !asked.ok()) {
      spdlog::warn("envoy: {}", std::string(asked.message()));
    }
  }

  absl::Status Ready() const {
    if (ending_) return absl::UnavailableError("ending");
    const CertificateKeeper::State state = keeper_.state();
    if (state.certificate == nullptr) {
      return absl::UnavailableError(absl::StrCat(
          "no certificate yet", state.last_error.ok() ? "" : ": ", state.last_error.message()));
    }
    if (!state.certificate->ValidAt(clock_.Now())) {
      return absl::UnavailableError(
          absl::StrCat("the certificate has expired: ", state.last_error.message()));
    }
    return settings_.run_envoy ? admin_.Ready() : absl::OkStatus();
  }

  std::string Detail() const {
    const CertificateKeeper::State state = keeper_.state();
    if (state.certificate == nullptr) return "";
    if (state.last_error.ok()) {
      return bundles_.state().connected
                 ? ""
                 : "the control plane is away; going on with what it gave last";
    }
    return absl::StrCat(
        "the certificate cannot be renewed and expires in ",
        absl::FormatDuration(
            absl::Trunc(state.certificate->leaf().not_after() - clock_.Now(), absl::Seconds(1))),
        ": ", state.last_error.message());
  }

  Readings Read() const {
    Readings readings;
    readings.certificate = keeper_.state();
    readings.stream = bundles_.state();
    if (const auto bundle = trust_.bundle(); bundle != nullptr) {
      readings.bundle_version = bundle->version();
      readings.bundle_roots = bundle->roots().size();
    }
    readings.envoy = envoy_.state();
    readings.ready = Ready().ok();
    return readings;
  }

  const Settings& settings_;
  StateDir& state_dir_;
  SecretStore& store_;
  Trust& trust_;
  const ca::SystemClock clock_;
  Acknowledgements acknowledgements_;
  FileSecrets files_;
  SdsService sds_;
  CertificateClient client_;
  CertificateKeeper keeper_;
  BundleStream bundles_;
  EnvoyAdmin admin_;
  EnvoyProcess envoy_;
  Metrics metrics_;
  HealthServer health_;
  std::atomic<bool> ending_ = false;
  std::thread starter_;
};

int Fail(const absl::Status& status) {
  spdlog::critical("{}", std::string(status.message()));
  return 1;
}

// Ports that were left to us.
absl::Status TakePorts(Settings& settings) {
  for (HostPort* address : {&settings.envoy_admin, &settings.metrics}) {
    if (address->port != 0) continue;
    const auto port = FreePort(address->host);
    if (!port.ok()) return port.status();
    address->port = *port;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> BootstrapFor(const Settings& settings, const std::string& state_dir) {
  return Bootstrap({settings.wish.identity, settings.server,
                    absl::StrCat(state_dir, "/", kSocketName), settings.envoy_admin,
                    settings.metrics, settings.on_demand_hosts});
}

int Run(const Settings& wanted) {
  const process::EndSignals signals;
  Settings settings = wanted;
  spdlog::info("binnacle-agent {} for {}", std::string(Version()), settings.wish.identity.NodeId());
  if (auto ports = TakePorts(settings); !ports.ok()) return Fail(ports);
  auto state_dir = StateDir::Open(settings.state_dir);
  if (!state_dir.ok()) return Fail(state_dir.status());
  SecretStore store;
  auto trust = Trust::Open(settings.root_file, store);
  if (!trust.ok()) return Fail(trust.status());
  Running running(settings, *state_dir, store, **trust);
  if (auto started = running.Start(); !started.ok()) {
    running.Stop();
    return Fail(started);
  }
  spdlog::info("{}: ending", signals.Wait());
  running.Stop();
  spdlog::info("ended");
  return 0;
}

}  // namespace binnacle::agent
