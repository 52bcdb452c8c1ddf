// binnacled: the control plane.

#include <iostream>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/serve.h"
#include "server/version.h"

namespace {

using binnacle::server::ServeOptions;

constexpr char kAbout[] =
    "Binnacle's control plane: watches policy files and streams configuration to Envoy proxies.";
constexpr char kExample[] =
    "Example:\n"
    "  binnacled serve --policy-dir /etc/mesh\n"
    "  binnacled serve --policy-dir /etc/mesh --mesh-config mesh.yaml --xds-address 127.0.0.1:0\n"
    "  binnacled serve --policy-dir /etc/mesh --data-dir /srv/mesh --server-name mesh.example.com";

// A listener of the agreed command line that this version does not have: it
// can be switched off, and nothing else.
void AddAbsentListener(CLI::App& serve, const std::string& flag) {
  serve.add_option(flag)->group("")->check([](const std::string& address) {
    return address.empty() ? "" : "this version has no such listener; only \"\" is allowed";
  });
}

std::string IsDelay(const std::string& text) {
  absl::Duration delay;
  if (absl::ParseDuration(text, &delay) && delay >= absl::ZeroDuration() &&
      delay <= absl::Minutes(1)) {
    return "";
  }
  return "\"" + text + "\" is no time from 0 to 1m, as 100ms is";
}

void AddAuthorityOptions(CLI::App& serve, ServeOptions& options) {
  serve
      .add_option("--secure-address", options.secure_address,
                  "xDS and the certificate service over TLS; \"\" switches the authority off")
      ->capture_default_str()
      ->type_name("HOST:PORT");
  serve
      .add_option("--namespace", options.namespace_name,
                  "where this server runs: its certificate is for binnacled.NAMESPACE.svc")
      ->envname("POD_NAMESPACE")
      ->capture_default_str()
      ->type_name("NAME");
  serve
      .add_option("--server-name", options.server_names,
                  "one more DNS name or IP address of its certificate; may be repeated")
      ->type_name("NAME");
  serve
      .add_option("--ca-dir", options.ca_dir,
                  "sign with ca-cert.pem, ca-key.pem, cert-chain.pem and root-cert.pem from "
                  "here, read again when they change; if not given, a root is made and kept")
      ->type_name("DIR");
  serve
      .add_option("--ca-key", options.ca_key,
                  "key of a root made here: ec-p256, ec-p384, rsa-2048, rsa-3072 or rsa-4096")
      ->capture_default_str()
      ->type_name("KIND");
  serve
      .add_option("--cert-lifetime", options.cert_lifetime,
                  "of certificates for which no other is asked")
      ->capture_default_str()
      ->type_name("TIME");
  serve
      .add_option("--max-cert-lifetime", options.max_cert_lifetime, "longer wishes are cut to this")
      ->capture_default_str()
      ->type_name("TIME");
}

void AddIssuanceLimitOptions(CLI::App& serve, ServeOptions& options) {
  serve
      .add_option("--cert-rate", options.cert_rate,
                  "certificates that one identity may have per second, on the long run")
      ->capture_default_str()
      ->type_name("NUMBER")
      ->check(CLI::PositiveNumber);
  serve
      .add_option("--cert-burst", options.cert_burst,
                  "and how many at once after it had none for a while")
      ->capture_default_str()
      ->type_name("NUMBER")
      ->check(CLI::Range(1.0, 1e9));
}

void AddRemoteAdminOptions(CLI::App& serve, ServeOptions& options) {
  serve
      .add_option("--remote-admin-address", options.remote_admin_address,
                  "orders from other hosts (token create, ca rotate), over TLS; if not given, they "
                  "are taken on the admin socket alone")
      ->type_name("HOST:PORT");
  serve
      .add_option("--administrator", options.administrators,
                  "an identity that may give orders there with its certificate; may be repeated")
      ->type_name("SPIFFE-ID");
}

void AddTokenOptions(CLI::App& serve, ServeOptions& options) {
  serve
      .add_option("--token-keys", options.token_keys,
                  "public keys of tokens that others make: a file (PEM or JWK set), read again "
                  "when it changes, or the URL of a JWK set")
      ->type_name("FILE|URL");
  serve.add_option("--token-issuer", options.token_issuer, "issuer (iss) of those tokens")
      ->type_name("NAME");
  serve
      .add_option("--token-audience", options.token_audiences,
                  "audience (aud), one of which they must have; may be repeated")
      ->capture_default_str()
      ->type_name("NAME");
}

CLI::App* AddServe(CLI::App& app, ServeOptions& options) {
  CLI::App* serve = app.add_subcommand("serve", "Serve a mesh until told to stop.");
  serve->footer(kExample);
  serve
      ->add_option("--policy-dir", options.policy_dir,
                   "directory with policy files (*.yaml, *.yml, *.json at any depth); watched")
      ->required()
      ->type_name("DIR");
  serve
      ->add_option("--mesh-config", options.mesh_config,
                   "MeshConfig as YAML, bare or inside the usual ConfigMap (data key mesh)")
      ->type_name("FILE");
  serve
      ->add_option("--data-dir", options.data_dir,
                   "directory of the server's own (keys, certificates issued); made if missing, "
                   "used by one server at a time; if not given, /var/lib/binnacle for root, else "
                   "~/.local/state/binnacle")
      ->type_name("DIR");
  serve
      ->add_option("--xds-address", options.xds_address,
                   "plaintext xDS; port 0 takes a free port, \"\" switches it off")
      ->capture_default_str()
      ->type_name("HOST:PORT");
  serve
      ->add_option("--admin-address", options.admin_address,
                   "admin HTTP, on loopback; port 0 takes a free port, \"\" switches it off")
      ->capture_default_str()
      ->type_name("HOST:PORT");
  serve
      ->add_option("--trust-domain", options.trust_domain,
                   "identity prefix; if not given, MeshConfig's, or else cluster.local")
      ->type_name("NAME");
  serve
      ->add_option("--push-delay-max", options.push_delay_max,
                   "how long a change may wait so that a storm of changes is pushed as one; the "
                   "first after a quiet time never waits; 0: none does")
      ->capture_default_str()
      ->type_name("TIME")
      ->check(IsDelay);
  serve->add_option("--log-level", options.log_level, "trace, debug, info, warn or error")
      ->capture_default_str();
  serve->add_option("--log-format", options.log_format, "text or json")->capture_default_str();
  AddAuthorityOptions(*serve, options);
  AddIssuanceLimitOptions(*serve, options);
  AddTokenOptions(*serve, options);
  AddRemoteAdminOptions(*serve, options);
  AddAbsentListener(*serve, "--webhook-address");
  return serve;
}

}  // namespace

// CLI11 throws while options are declared only if they were declared wrongly.
int main(int argc, char** argv) {  // NOLINT(bugprone-exception-escape)
  // Debian's Abseil looks for deadlocks at every lock, as in a debug build.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  CLI::App app(kAbout, "binnacled");
  app.footer(kExample);
  app.require_subcommand(1);
  ServeOptions options;
  const CLI::App* serve = AddServe(app, options);
  const CLI::App* version = app.add_subcommand("version", "Print the version.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (version->parsed()) {
    std::cout << "binnacled " << std::string(binnacle::server::Version()) << "\n";
    return 0;
  }
  return serve->parsed() ? binnacle::server::Serve(options) : 2;
}
