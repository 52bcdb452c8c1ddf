#include "agent/settings.h"

#include <unistd.h>

#include <array>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "agent/text_file.h"
#include "nlohmann/json.hpp"

namespace binnacle::agent {
namespace {

absl::Status Invalid(absl::string_view flag, const absl::Status& why) {
  return absl::InvalidArgumentError(absl::StrCat(flag, ": ", why.message()));
}

absl::StatusOr<absl::Duration> ParseLength(absl::string_view flag, const std::string& text) {
  absl::Duration duration;
  if (!absl::ParseDuration(text, &duration) || duration < absl::ZeroDuration() ||
      duration == absl::InfiniteDuration()) {
    return absl::InvalidArgumentError(
        absl::StrCat(flag, ": \"", text, "\" is no duration, as in 90s, 15m or 24h"));
  }
  return duration;
}

std::string HostName() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

absl::StatusOr<Labels> LabelsOfFile(const Flags& flags) {
  const bool given = !flags.labels_file.empty();
  const auto text = ReadTextFile(given ? flags.labels_file : kUsualLabelsFile);
  if (!text.ok()) {
    return given ? absl::StatusOr<Labels>(Invalid("--labels-file", text.status())) : Labels();
  }
  auto labels = ParseLabelsFile(text->view());
  if (!labels.ok()) return Invalid("--labels-file", labels.status());
  return labels;
}

// Later ones win: the environment's, the file's, the flags'.
absl::StatusOr<Labels> AllLabels(const Flags& flags) {
  Labels labels;
  if (!flags.labels_json.empty()) {
    const auto json = nlohmann::json::parse(flags.labels_json, nullptr, false);
    if (!json.is_object()) {
      return absl::InvalidArgumentError("$ISTIO_METAJSON_LABELS is no JSON object");
    }
    for (const auto& [key, value] : json.items()) {
      if (value.is_string()) labels[key] = value.get<std::string>();
    }
  }
  auto of_file = LabelsOfFile(flags);
  if (!of_file.ok()) return of_file.status();
  for (auto& [key, value] : *of_file) labels[key] = value;
  for (const std::string& label : flags.labels) {
    if (auto added = AddLabel(label, labels); !added.ok()) return Invalid("--label", added);
  }
  return labels;
}

absl::StatusOr<Identity> ResolveIdentity(const Flags& flags) {
  auto labels = AllLabels(flags);
  if (!labels.ok()) return labels.status();
  Identity identity;
  identity.type = flags.type;
  identity.name = flags.name.empty() ? HostName() : flags.name;
  identity.ns = flags.ns;
  identity.service_account = flags.service_account;
  identity.ip = flags.ip.empty() ? OwnAddress() : flags.ip;
  if (identity.ip.empty()) {
    return absl::InvalidArgumentError("--ip: this machine has no address to be reached at");
  }
  identity.trust_domain = flags.trust_domain;
  identity.labels = *std::move(labels);
  identity.cluster_id = flags.cluster_id;
  identity.network = flags.network;
  identity.locality = ParseLocality(flags.locality);
  if (auto checked = identity.Check(); !checked.ok()) return checked;
  return identity;
}

absl::StatusOr<ServerAddress> ResolveServer(const Flags& flags) {
  auto address = ParseHostPort(flags.server);
  if (!address.ok()) return Invalid("--server", address.status());
  std::string name = flags.server_name;
  if (name.empty()) name = ca::UsualNameOf(address->host);
  return ServerAddress{*std::move(address), std::move(name)};
}

absl::Status ResolveAddresses(const Flags& flags, Settings& settings) {
  auto health = ParseHostPort(flags.health_address);
  if (!health.ok()) return Invalid("--health-address", health.status());
  auto admin = ParseHostPort(flags.envoy_admin);
  if (!admin.ok()) return Invalid("--envoy-admin", admin.status());
  if (!IsIpAddress(admin->host)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--envoy-admin: \"", admin->host, "\" is no IP address"));
  }
  settings.health = *std::move(health);
  settings.envoy_admin = *std::move(admin);
  settings.metrics = {"0.0.0.0", flags.metrics_port};
  return absl::OkStatus();
}

absl::Status ResolveWish(const Flags& flags, CertificateWish& wish) {
  auto identity = ResolveIdentity(flags);
  if (!identity.ok()) return identity.status();
  auto lifetime = ParseLength("--cert-ttl", flags.cert_ttl);
  if (!lifetime.ok()) return lifetime.status();
  auto algorithm = ca::ParseKeyAlgorithm(flags.key_algorithm);
  if (!algorithm.ok()) return Invalid("--key-algorithm", algorithm.status());
  wish = {*std::move(identity), flags.token_file, *lifetime, *algorithm};
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Settings> Resolve(const Flags& flags) {
  Settings settings;
  auto server = ResolveServer(flags);
  if (!server.ok()) return server.status();
  settings.server = *std::move(server);
  if (auto wish = ResolveWish(flags, settings.wish); !wish.ok()) return wish;
  if (flags.on_demand_hosts && flags.type != "sidecar") {
    return absl::InvalidArgumentError("--on-demand-hosts: only a sidecar can do that");
  }
  if (auto addresses = ResolveAddresses(flags, settings); !addresses.ok()) return addresses;
  auto drain = ParseLength("--drain", flags.drain);
  if (!drain.ok()) return drain.status();
  settings.drain = *drain;
  settings.root_file = flags.root_file;
  settings.state_dir = flags.state_dir;
  settings.envoy = flags.envoy;
  settings.run_envoy = !flags.no_envoy;
  settings.envoy_flags = flags.envoy_flags;
  settings.on_demand_hosts = flags.on_demand_hosts;
  return settings;
}

}  // namespace binnacle::agent
