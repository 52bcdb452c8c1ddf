// binnacle-agent: beside each proxy.

#include <algorithm>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "agent/capture.h"
#include "agent/run.h"
#include "agent/settings.h"
#include "agent/version.h"
#include "process/log.h"
#include "spdlog/spdlog.h"

namespace {

using binnacle::agent::CaptureOptions;
using binnacle::agent::Flags;

constexpr int kRefused = 1;
constexpr int kUsage = 2;

constexpr char kAbout[] =
    "Beside each proxy: keeps its certificate, and runs its Envoy.\n"
    "Exit codes: 0 ok, 1 refused or failed, 2 usage.";
constexpr char kExample[] =
    "Example:\n"
    "  binnacle-agent run --root-file /etc/mesh/root-cert.pem --token-file /etc/mesh/token\n"
    "  binnacle-agent capture --exclude-inbound-ports 22";
constexpr char kRunExample[] =
    "Flags after -- are Envoy's. SIGTERM drains Envoy and ends both.\n"
    "Example:\n"
    "  binnacle-agent run --server 10.0.0.1:15012 --root-file root-cert.pem --token-file token\n"
    "    --namespace shop --service-account web --label app=web -- --concurrency 2";
constexpr char kBootstrapExample[] =
    "Example:\n"
    "  binnacle-agent bootstrap --server 10.0.0.1:15012 --namespace shop --label app=web\n"
    "  binnacle-agent bootstrap --server 10.0.0.1:15012 --namespace shop --on-demand-hosts";
constexpr char kCaptureExample[] =
    "Needs root, in the network namespace of the workload. Running it again replaces the rules.\n"
    "Example:\n"
    "  binnacle-agent capture --exclude-outbound-ports 3306,6379\n"
    "  binnacle-agent capture --dry-run --inbound-ports 8080,9090\n"
    "  binnacle-agent capture --remove";

struct CaptureFlags {
  CaptureOptions options;
  std::string ipv6 = "auto";
  bool remove = false;
  bool dry_run = false;
};

void AddServerFlags(CLI::App& command, Flags& flags) {
  command.add_option("--server", flags.server, "the control plane")
      ->capture_default_str()
      ->type_name("HOST:PORT");
  command
      .add_option("--server-name", flags.server_name,
                  "DNS name to find in the control plane's certificate; if not given, its host, "
                  "or for an IP address istiod.istio-system.svc")
      ->type_name("NAME");
}

void AddIdentityFlags(CLI::App& command, Flags& flags) {
  command.add_option("--type", flags.type, "sidecar, or router (a gateway)")->capture_default_str();
  command.add_option("--name", flags.name, "the workload; if not given, this machine's name")
      ->envname("POD_NAME");
  command.add_option("--namespace", flags.ns, "namespace of the workload")
      ->envname("POD_NAMESPACE")
      ->capture_default_str();
  command.add_option("--service-account", flags.service_account, "whom the certificate is for")
      ->envname("SERVICE_ACCOUNT")
      ->capture_default_str();
  command
      .add_option("--ip", flags.ip, "the workload's address; if not given, this machine's first")
      ->envname("INSTANCE_IP");
  command.add_option("--label", flags.labels, "a label of the workload; may be given again")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command
      .add_option("--labels-file", flags.labels_file,
                  std::string("labels as Kubernetes' downward API writes them; if not given, ") +
                      binnacle::agent::kUsualLabelsFile + " where it exists")
      ->type_name("FILE");
  command.add_option("--labels-json", flags.labels_json)
      ->envname("ISTIO_METAJSON_LABELS")
      ->group("");
  command.add_option("--trust-domain", flags.trust_domain, "of the mesh")
      ->envname("TRUST_DOMAIN")
      ->capture_default_str();
  command.add_option("--cluster-id", flags.cluster_id, "the cluster that the workload runs in")
      ->envname("CLUSTER_ID");
  command.add_option("--network", flags.network, "the network that the workload is in");
  command.add_option("--locality", flags.locality, "where the workload is")
      ->type_name("REGION/ZONE/SUBZONE");
}

void AddPlaceFlags(CLI::App& command, Flags& flags) {
  command
      .add_option("--state-dir", flags.state_dir,
                  std::string("directory of the agent's own, mode 0700; if not given, ") +
                      binnacle::agent::kDefaultStateDir + ", or else a temporary one")
      ->type_name("DIR");
  command
      .add_option("--envoy-admin", flags.envoy_admin,
                  "Envoy's admin interface; port 0 takes a free one")
      ->capture_default_str()
      ->type_name("IP:PORT");
  command
      .add_option("--metrics-port", flags.metrics_port,
                  "where Envoy serves /stats/prometheus; 0 takes a free one")
      ->capture_default_str();
}

void AddLogFlags(CLI::App& command, Flags& flags) {
  command.add_option("--log-level", flags.log_level, "trace, debug, info, warn or error")
      ->capture_default_str();
  command.add_option("--log-format", flags.log_format, "text or json")->capture_default_str();
}

void AddOnDemandFlag(CLI::App& command, Flags& flags) {
  command.add_flag("--on-demand-hosts", flags.on_demand_hosts,
                   "Envoy fetches what it is to do with a host when the first request for it "
                   "comes, not all beforehand; for sidecars of large meshes");
}

CLI::App* AddRun(CLI::App& app, Flags& flags) {
  CLI::App* run = app.add_subcommand("run", "Keep a certificate and run Envoy until told to stop.");
  run->footer(kRunExample);
  AddServerFlags(*run, flags);
  run->add_option("--token-file", flags.token_file,
                  "the token that proves who this is; read anew each time")
      ->capture_default_str()
      ->type_name("FILE");
  run->add_option("--root-file", flags.root_file,
                  "PEM roots to check the control plane with at first")
      ->required()
      ->type_name("FILE");
  AddIdentityFlags(*run, flags);
  AddPlaceFlags(*run, flags);
  run->add_option("--envoy", flags.envoy, "the Envoy to run")->capture_default_str();
  run->add_flag("--no-envoy", flags.no_envoy, "serve secrets only");
  AddOnDemandFlag(*run, flags);
  run->add_option("--cert-ttl", flags.cert_ttl,
                  "lifetime to ask for; 0s: what the control plane gives")
      ->capture_default_str()
      ->type_name("DURATION");
  run->add_option("--key-algorithm", flags.key_algorithm,
                  "ec-p256, ec-p384, rsa-2048, rsa-3072 or rsa-4096")
      ->capture_default_str();
  run->add_option("--health-address", flags.health_address,
                  "/healthz/ready, /healthz/live, /metrics; port 0 takes a free one")
      ->capture_default_str()
      ->type_name("HOST:PORT");
  run->add_option("--drain", flags.drain, "how long Envoy may finish what it does when told to end")
      ->capture_default_str()
      ->type_name("DURATION");
  AddLogFlags(*run, flags);
  return run;
}

CLI::App* AddBootstrap(CLI::App& app, Flags& flags) {
  CLI::App* bootstrap =
      app.add_subcommand("bootstrap", "Print the bootstrap that run would write for Envoy.");
  bootstrap->footer(kBootstrapExample);
  AddServerFlags(*bootstrap, flags);
  AddIdentityFlags(*bootstrap, flags);
  AddPlaceFlags(*bootstrap, flags);
  AddOnDemandFlag(*bootstrap, flags);
  // So that the flags of run can be given unchanged.
  for (const char* name :
       {"--token-file", "--root-file", "--envoy", "--cert-ttl", "--key-algorithm",
        "--health-address", "--drain", "--log-level", "--log-format"}) {
    bootstrap->add_option(name)->group("");
  }
  bootstrap->add_flag("--no-envoy", flags.no_envoy)->group("");
  return bootstrap;
}

void AddList(CLI::App& command, const std::string& name, std::vector<std::string>& list,
             const std::string& about, const std::string& type) {
  command.add_option(name, list, about)
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name(type)
      ->capture_default_str();
}

CLI::App* AddCapture(CLI::App& app, CaptureFlags& flags) {
  CLI::App* capture =
      app.add_subcommand("capture", "Lead a workload's TCP traffic through its Envoy.");
  capture->footer(kCaptureExample);
  CaptureOptions& options = flags.options;
  capture->add_flag("--remove", flags.remove, "remove the rules");
  capture->add_flag("--dry-run", flags.dry_run, "print the rules and change nothing");
  AddList(*capture, "--inbound-ports", options.inbound_ports, "\"*\", or these ports alone",
          "PORTS");
  AddList(*capture, "--exclude-inbound-ports", options.exclude_inbound_ports,
          "not what comes to these", "PORTS");
  AddList(*capture, "--exclude-outbound-ports", options.exclude_outbound_ports,
          "not what goes to these", "PORTS");
  AddList(*capture, "--outbound-ranges", options.outbound_ranges, "\"*\", or these alone", "CIDRS");
  AddList(*capture, "--exclude-outbound-ranges", options.exclude_outbound_ranges,
          "not what goes to these", "CIDRS");
  capture->add_option("--proxy-uid", options.proxy_uid, "Envoy's user")->capture_default_str();
  capture->add_option("--proxy-gid", options.proxy_gid, "Envoy's group")->capture_default_str();
  capture->add_option("--inbound-port", options.inbound_port, "where Envoy takes what comes in")
      ->capture_default_str();
  capture->add_option("--outbound-port", options.outbound_port, "where Envoy takes what goes out")
      ->capture_default_str();
  capture->add_option("--ipv6", flags.ipv6, "auto (where there are such addresses), on or off")
      ->capture_default_str();
  return capture;
}

int Complain(const absl::Status& status, int code) {
  std::cerr << "binnacle-agent: " << std::string(status.message()) << "\n";
  return code;
}

int RunAgent(const Flags& flags) {
  if (auto log = binnacle::process::StartLog(flags.log_level, flags.log_format); !log.ok()) {
    return Complain(log, kUsage);
  }
  const auto settings = binnacle::agent::Resolve(flags);
  if (!settings.ok()) return Complain(settings.status(), kUsage);
  return binnacle::agent::Run(*settings);
}

int PrintBootstrap(const Flags& flags) {
  const auto settings = binnacle::agent::Resolve(flags);
  if (!settings.ok()) return Complain(settings.status(), kUsage);
  const auto text = binnacle::agent::BootstrapFor(*settings, settings->state_dir.empty()
                                                                 ? binnacle::agent::kDefaultStateDir
                                                                 : settings->state_dir);
  if (!text.ok()) return Complain(text.status(), kRefused);
  std::cout << *text;
  return 0;
}

int RunCapture(CaptureFlags flags) {
  // --inbound-ports "" means none.
  for (auto* list : {&flags.options.inbound_ports, &flags.options.outbound_ranges}) {
    list->erase(std::remove(list->begin(), list->end(), ""), list->end());
  }
  const auto ipv6 = binnacle::agent::ParseUseIpv6(flags.ipv6);
  if (!ipv6.ok()) return Complain(ipv6.status(), kUsage);
  if (auto checked = flags.options.Check(); !checked.ok()) return Complain(checked, kUsage);
  if (flags.dry_run) {
    const absl::StatusOr<std::string> text =
        flags.remove ? binnacle::agent::ReleaseText()
                     : binnacle::agent::CaptureText(flags.options, *ipv6);
    if (!text.ok()) return Complain(text.status(), kRefused);
    std::cout << *text;
    return 0;
  }
  const absl::Status done =
      flags.remove ? binnacle::agent::Release() : binnacle::agent::Capture(flags.options, *ipv6);
  return done.ok() ? 0 : Complain(done, kRefused);
}

}  // namespace

// CLI11 throws while options are declared only if they were declared wrongly.
int main(int argc, char** argv) {  // NOLINT(bugprone-exception-escape)
  CLI::App app(kAbout, "binnacle-agent");
  app.footer(kExample);
  app.require_subcommand(1);
  Flags flags;
  CaptureFlags capture_flags;
  const CLI::App* run = AddRun(app, flags);
  const CLI::App* bootstrap = AddBootstrap(app, flags);
  const CLI::App* capture = AddCapture(app, capture_flags);
  const CLI::App* version = app.add_subcommand("version", "Print the version.");
  // What stands after -- is Envoy's and none of ours to understand.
  char** const end = argv + argc;
  char** const dashes =
      std::find_if(argv, end, [](const char* word) { return std::string(word) == "--"; });
  if (dashes != end) flags.envoy_flags.assign(dashes + 1, end);
  try {
    app.parse(static_cast<int>(dashes - argv), argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  if (version->parsed()) {
    std::cout << "binnacle-agent " << std::string(binnacle::agent::Version()) << "\n";
    return 0;
  }
  if (dashes != end && !run->parsed() && !bootstrap->parsed()) {
    return Complain(absl::InvalidArgumentError("only run takes flags for Envoy, after --"), kUsage);
  }
  if (capture->parsed()) return RunCapture(std::move(capture_flags));
  return run->parsed() ? RunAgent(flags) : PrintBootstrap(flags);
}
