#include "server/authority_options.h"

#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "ca/spiffe_id.h"

namespace binnacle::server {
namespace {

constexpr absl::Duration kShortestLifetime = absl::Seconds(10);

absl::StatusOr<absl::Duration> Lifetime(absl::string_view flag, const std::string& text) {
  absl::Duration lifetime;
  if (absl::ParseDuration(text, &lifetime) && lifetime >= kShortestLifetime) return lifetime;
  return absl::InvalidArgumentError(
      absl::StrCat(flag, " \"", text, "\": allowed are times from 10s on, such as 90s or 24h"));
}

absl::Status CheckTokenOptions(const ServeOptions& options) {
  if (options.token_keys.empty() == options.token_issuer.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "--token-keys and --token-issuer go together: whose tokens are taken, and how they are "
      "checked");
}

absl::Status CheckAdministrators(const ServeOptions& options, const std::string& trust_domain) {
  if (options.remote_admin_address.empty() != options.administrators.empty()) {
    return absl::InvalidArgumentError(
        "--remote-admin-address and --administrator go together: where orders are taken, and from "
        "whom");
  }
  for (const std::string& administrator : options.administrators) {
    const auto id = ca::SpiffeId::Parse(administrator);
    if (!id.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("--administrator: ", id.status().message()));
    }
    if (id->trust_domain() != trust_domain) {
      return absl::InvalidArgumentError(
          absl::StrCat("--administrator ", administrator, ": the trust domain is ", trust_domain));
    }
  }
  return absl::OkStatus();
}

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

absl::StatusOr<MeshAuthorityOptions> AuthorityOptionsFrom(const ServeOptions& options,
                                                          const policy::v1::MeshConfig& config,
                                                          const std::string& data_dir) {
  MeshAuthorityOptions result;
  result.data_dir = data_dir;
  result.authority.trust_domain = config.trust_domain();
  result.authority.plugged_in_dir = options.ca_dir;
  auto algorithm = ca::ParseKeyAlgorithm(options.ca_key);
  if (!algorithm.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("--ca-key: ", algorithm.status().message()));
  }
  result.authority.root_algorithm = *algorithm;
  auto lifetime = Lifetime("--cert-lifetime", options.cert_lifetime);
  if (!lifetime.ok()) return lifetime.status();
  auto most = Lifetime("--max-cert-lifetime", options.max_cert_lifetime);
  if (!most.ok()) return most.status();
  if (*lifetime > *most) {
    return absl::InvalidArgumentError("--cert-lifetime is longer than --max-cert-lifetime");
  }
  result.authority.default_lifetime = *lifetime;
  result.authority.max_lifetime = *most;
  const auto& aliases = config.trust_domain_aliases();
  result.trust_domain_aliases = {aliases.begin(), aliases.end()};
  result.server_names = {"localhost", absl::StrCat("binnacled.", options.namespace_name, ".svc"),
                         "istiod.istio-system.svc"};
  result.server_names.insert(result.server_names.end(), options.server_names.begin(),
                             options.server_names.end());
  if (auto tokens = CheckTokenOptions(options); !tokens.ok()) return tokens;
  if (auto named = CheckAdministrators(options, config.trust_domain()); !named.ok()) return named;
  result.limits.per_caller_per_second = options.cert_rate;
  result.limits.per_caller_burst = options.cert_burst;
  result.token_keys = options.token_keys;
  result.token_issuer = options.token_issuer;
  result.token_audiences = options.token_audiences;
  return result;
}

std::string UsualDataDir() {
  if (geteuid() == 0) return "/var/lib/binnacle";
  const std::string state = Environment("XDG_STATE_HOME");
  return state.empty() ? absl::StrCat(Environment("HOME"), "/.local/state/binnacle")
                       : absl::StrCat(state, "/binnacle");
}

}  // namespace binnacle::server
