// agent/settings.h
//
// What `binnacle-agent run` and `bootstrap` are told, as text and as what it
// means.
//
// Threads  values.
// Errors   Resolve(): kInvalidArgument, naming the flag.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/certificate_client.h"
#include "agent/host_port.h"
#include "agent/identity.h"
#include "agent/server_address.h"

namespace binnacle::agent {

inline constexpr char kDefaultStateDir[] = "/var/lib/binnacle-agent";
// Read where no labels are given, if it exists: where the injected sidecars of
// Kubernetes have the downward API.
inline constexpr char kUsualLabelsFile[] = "/etc/istio/pod/labels";

// The command line, with its defaults.
struct Flags {
  std::string server = "binnacled.binnacle-system.svc:15012";
  std::string server_name;  // empty: the server's host, or the usual name for an IP address
  std::string token_file = "/var/run/secrets/tokens/istio-token";
  std::string root_file;
  std::string type = "sidecar";
  std::string name;  // empty: this machine's
  std::string ns = "default";
  std::string service_account = "default";
  std::string ip;  // empty: this machine's first
  std::vector<std::string> labels;
  std::string labels_file;
  std::string labels_json;  // of the environment
  std::string trust_domain = "cluster.local";
  std::string cluster_id;
  std::string network;
  std::string locality;
  std::string state_dir;  // empty: the default, or else a temporary one
  std::string envoy = "envoy";
  bool no_envoy = false;
  std::vector<std::string> envoy_flags;
  bool on_demand_hosts = false;
  std::string cert_ttl = "0s";
  std::string key_algorithm = "ec-p256";
  std::string health_address = "0.0.0.0:15021";
  std::string envoy_admin = "127.0.0.1:15000";
  uint16_t metrics_port = 15090;
  std::string drain = "5s";
  std::string log_level = "info";
  std::string log_format = "text";
};

struct Settings {
  ServerAddress server;
  CertificateWish wish;  // with the identity
  std::string root_file;
  std::string state_dir;  // empty: as in Flags
  std::string envoy;
  bool run_envoy = true;
  std::vector<std::string> envoy_flags;
  bool on_demand_hosts = false;
  HostPort health;
  HostPort envoy_admin;
  HostPort metrics;  // Envoy's, for Prometheus
  absl::Duration drain;
};

absl::StatusOr<Settings> Resolve(const Flags& flags);

}  // namespace binnacle::agent
