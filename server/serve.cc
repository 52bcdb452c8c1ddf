#include "server/serve.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "grpcpp/security/server_credentials.h"
#include "process/end_signals.h"
#include "process/log.h"
#include "server/admin_server.h"
#include "server/admin_socket.h"
#include "server/authority_options.h"
#include "server/change_intake.h"
#include "server/data_dir.h"
#include "server/mesh_authority.h"
#include "server/mesh_config_file.h"
#include "server/mesh_owner.h"
#include "server/metrics.h"
#include "server/node_auth.h"
#include "server/push_hub.h"
#include "server/remote_admin.h"
#include "server/translation_pool.h"
#include "server/version.h"
#include "server/xds_server.h"
#include "sources/directory.h"
#include "spdlog/spdlog.h"
#include "translator/translator.h"

namespace binnacle::server {
namespace {

// gRPC needs cores too, and beyond a few classes wait for one another.
constexpr unsigned kMostTranslationThreads = 8;
constexpr int kAuthenticationThreads = 2;
// How long streams may take to end; Envoys need a round trip.
constexpr absl::Duration kGrace = absl::Seconds(3);

absl::StatusOr<mesh::MeshSettings> ReadSettings(const ServeOptions& options) {
  policy::v1::MeshConfig config;
  if (!options.mesh_config.empty()) {
    auto file = ReadMeshConfig(options.mesh_config);
    if (!file.ok()) return file.status();
    for (const policy::Finding& finding : file->findings) {
      if (finding.severity == policy::Severity::kError) {
        spdlog::error("{}", finding.ToString());
      } else {
        spdlog::warn("{}", finding.ToString());
      }
    }
    if (policy::HasErrors(file->findings)) {
      return absl::InvalidArgumentError(
          absl::StrCat("the mesh configuration ", options.mesh_config, " has errors"));
    }
    config = std::move(file->config);
  }
  if (!options.trust_domain.empty()) config.set_trust_domain(options.trust_domain);
  mesh::MeshSettings settings;
  settings.config = mesh::WithDefaults(config);
  return settings;
}

int TranslationThreads() {
  return static_cast<int>(
      std::clamp(std::thread::hardware_concurrency(), 2U, kMostTranslationThreads));
}

absl::Duration PushDelayMax(const ServeOptions& options) {
  absl::Duration delay = ChangeIntake::kDelayMax;
  if (!absl::ParseDuration(options.push_delay_max, &delay)) {
    spdlog::warn("push-delay-max \"{}\" is no time; it is {}", options.push_delay_max,
                 absl::FormatDuration(delay));
  }
  return delay;
}

// The authority and what serves it: the TLS listener and the admin socket.
struct Identity {
  std::unique_ptr<MeshAuthority> authority;
  std::unique_ptr<TranslationPool> pool;  // where credentials are checked
  std::unique_ptr<CredentialNodeAuth> auth;
  std::unique_ptr<XdsServer> xds;
  std::unique_ptr<AdminSocket> socket;
  std::unique_ptr<RemoteAdmin> remote;
};

// Everything that runs, in the order in which it depends on what stands before.
class Running {
 public:
  // `data_dir`: empty without an authority.
  Running(const ServeOptions& options, mesh::MeshSettings settings, std::string data_dir)
      : options_(options),
        data_dir_(std::move(data_dir)),
        source_name_("directory " + options.policy_dir),
        config_(settings.config),
        domain_(settings.domain),
        hub_(translator_,
             [this](absl::Duration took) { metrics_.StageTook(Metrics::Stage::kTranslate, took); }),
        pool_(TranslationThreads()),
        owner_(std::move(settings), {source_name_}, hub_, pool_, metrics_, PushDelayMax(options)),
        xds_({hub_, pool_, metrics_, auth_}) {}

  absl::Status Start() {
    if (auto opened = OpenAuthority(); !opened.ok()) return opened;
    if (auto listening = Listen(); !listening.ok()) return listening;
    sources::DirectorySource::Options options;
    options.parse.domain = domain_;
    auto source = sources::DirectorySource::Start(
        options_.policy_dir, options,
        [this](sources::Batch batch) { owner_.Report(source_name_, std::move(batch)); });
    if (!source.ok()) return source.status();
    source_ = *std::move(source);
    return absl::OkStatus();
  }

  void Stop() {
    source_ = nullptr;
    xds_.Stop(kGrace);
    if (identity_.socket != nullptr) identity_.socket->Stop();
    if (identity_.remote != nullptr) identity_.remote->Stop();
    if (identity_.xds != nullptr) identity_.xds->Stop(kGrace);
    if (identity_.pool != nullptr) identity_.pool->Stop();
    if (admin_ != nullptr) admin_->Stop();
    if (identity_.authority != nullptr) identity_.authority->Stop();
    owner_.Stop();
    pool_.Stop();
  }

 private:
  absl::Status OpenAuthority() {
    if (options_.secure_address.empty()) {
      return options_.remote_admin_address.empty()
                 ? absl::OkStatus()
                 : absl::InvalidArgumentError(
                       "--remote-admin-address needs the authority, and --secure-address \"\" "
                       "switches it off");
    }
    auto options = AuthorityOptionsFrom(options_, config_, data_dir_);
    if (!options.ok()) return options.status();
    auto authority = MeshAuthority::Open(*std::move(options), hub_);
    if (!authority.ok()) return authority.status();
    identity_.authority = *std::move(authority);
    if (auto started = identity_.authority->Start(); !started.ok()) return started;
    identity_.pool = std::make_unique<TranslationPool>(kAuthenticationThreads);
    identity_.auth =
        std::make_unique<CredentialNodeAuth>(identity_.authority->authenticator(), *identity_.pool);
    identity_.xds =
        std::make_unique<XdsServer>(StreamParts{hub_, pool_, metrics_, *identity_.auth});
    identity_.socket = std::make_unique<AdminSocket>(*identity_.authority);
    if (!options_.remote_admin_address.empty()) {
      identity_.remote =
          std::make_unique<RemoteAdmin>(*identity_.authority, options_.administrators);
    }
    return absl::OkStatus();
  }

  absl::Status Listen() {
    if (auto admin = ListenForAdmin(); !admin.ok()) return admin;
    if (!options_.xds_address.empty()) {
      auto bound = xds_.Start(options_.xds_address, grpc::InsecureServerCredentials());
      if (!bound.ok()) return bound.status();
      spdlog::info("xds: listening on {} (plaintext)", *bound);
    }
    if (identity_.authority == nullptr) return absl::OkStatus();
    auto bound =
        identity_.xds->Start(options_.secure_address, identity_.authority->serving().Credentials(),
                             {identity_.authority->service().service()});
    if (!bound.ok()) return bound.status();
    spdlog::info("secure: xDS and certificates on {} (TLS)", *bound);
    return ListenForRemoteOrders();
  }

  absl::Status ListenForRemoteOrders() {
    if (identity_.remote == nullptr) return absl::OkStatus();
    const auto bound = identity_.remote->Start(options_.remote_admin_address);
    if (!bound.ok()) return bound.status();
    spdlog::info("orders: listening on {} (TLS)", *bound);
    return absl::OkStatus();
  }

  absl::Status ListenForAdmin() {
    const std::string socket = identity_.socket == nullptr ? "" : data_dir_ + "/admin.sock";
    if (identity_.socket != nullptr) {
      if (auto started = identity_.socket->Start(socket); !started.ok()) return started;
    }
    admin_ = std::make_unique<AdminServer>(
        AdminParts{hub_, owner_, metrics_, pool_, translator_, identity_.authority.get(), socket});
    if (options_.admin_address.empty()) return absl::OkStatus();
    auto bound = admin_->Start(options_.admin_address);
    if (!bound.ok()) return bound.status();
    spdlog::info("admin: listening on http://{}", *bound);
    return absl::OkStatus();
  }

  const ServeOptions& options_;
  const std::string data_dir_;
  const std::string source_name_;
  const policy::v1::MeshConfig config_;
  const std::string domain_;
  translator::Translator translator_;
  Metrics metrics_;
  PushHub hub_;
  TranslationPool pool_;
  LoopbackNodeAuth auth_;
  MeshOwner owner_;
  XdsServer xds_;
  Identity identity_;
  std::unique_ptr<AdminServer> admin_;
  std::unique_ptr<sources::DirectorySource> source_;
};

int Fail(const absl::Status& status) {
  spdlog::critical("{}", std::string(status.message()));
  return 1;
}

int RunUntilTold(const ServeOptions& options, const process::EndSignals& signals,
                 mesh::MeshSettings settings, std::string data_dir) {
  Running running(options, std::move(settings), std::move(data_dir));
  if (auto started = running.Start(); !started.ok()) {
    running.Stop();
    return Fail(started);
  }
  spdlog::info("{}: ending", signals.Wait());
  running.Stop();
  spdlog::info("ended");
  return 0;
}

}  // namespace

int Serve(const ServeOptions& options) {
  const process::EndSignals signals;
  if (auto log = process::StartLog(options.log_level, options.log_format); !log.ok()) {
    spdlog::critical("{}", std::string(log.message()));
    return 2;
  }
  spdlog::info("binnacled {} serves {}", std::string(Version()), options.policy_dir);
  auto settings = ReadSettings(options);
  if (!settings.ok()) return Fail(settings.status());
  std::string data_dir = options.data_dir;
  if (data_dir.empty() && !options.secure_address.empty()) data_dir = UsualDataDir();
  std::optional<DataDir> data;
  if (!data_dir.empty()) {
    auto opened = DataDir::Open(data_dir);
    if (!opened.ok()) return Fail(opened.status());
    data.emplace(*std::move(opened));
  }
  return RunUntilTold(options, signals, *std::move(settings), std::move(data_dir));
}

}  // namespace binnacle::server
