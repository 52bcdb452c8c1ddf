#include "policy/validate_mesh_config.h"

#include <set>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "policy/duration_rule.h"
#include "policy/export_to_rule.h"
#include "policy/host.h"
#include "policy/http_retry_rule.h"
#include "policy/ip_address.h"
#include "policy/load_balancer_rule.h"
#include "policy/place.h"
#include "policy/port_rule.h"
#include "policy/tls_rule.h"

namespace binnacle::policy {
namespace {

// DNS labels joined by dots, as in a SPIFFE id.
void CheckTrustDomain(const std::string& domain, const Place& at) { at.Check(CheckFqdn(domain)); }

// "host:port", "[ip]:port"
void CheckHostPort(const std::string& address, const Place& at) {
  const size_t colon = address.rfind(':');
  absl::string_view host = absl::string_view(address).substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  int port = 0;
  const bool has_port = colon != std::string::npos &&
                        absl::SimpleAtoi(absl::string_view(address).substr(colon + 1), &port);
  if (has_port && !CheckPort(port).has_value() &&
      (IsIpAddress(host) || !CheckFqdn(host).has_value())) {
    return;
  }
  at.Error("bad-address",
           absl::StrCat("\"", address.substr(0, 80), "\" is not an address of the form host:port"));
}

void CheckOptionalPort(int64_t port, const Place& at) {
  if (port != 0) at.Check(CheckPort(port));
}

void CheckDrain(bool present, const google::protobuf::Duration& drain, const Place& at) {
  if (!present) return;
  if (at.Check(CheckWholeSeconds(drain)) && drain.seconds() == 0) {
    at.Error("bad-duration", "a drain lasts at least 1s");
  }
}

void CheckProxyConfig(const v1::ProxyConfig& config, const Place& at) {
  if (!config.discovery_address().empty()) {
    CheckHostPort(config.discovery_address(), at.Field("discoveryAddress"));
  }
  CheckOptionalPort(config.proxy_admin_port(), at.Field("proxyAdminPort"));
  CheckOptionalPort(config.status_port(), at.Field("statusPort"));
  CheckDrain(config.has_drain_duration(), config.drain_duration(), at.Field("drainDuration"));
  CheckDrain(config.has_termination_drain_duration(), config.termination_drain_duration(),
             at.Field("terminationDrainDuration"));
  if (config.concurrency().value() < 0) {
    at.Field("concurrency").Error("out-of-range", "0 (all cores) or more is allowed");
  }
  if (config.stat_name_length().value() < 0) {
    at.Field("statNameLength").Error("out-of-range", "0 or more is allowed");
  }
  const double sampling = config.tracing().sampling().value();
  if (!(sampling >= 0 && sampling <= 100)) {
    at.Field("tracing.sampling").Error("out-of-range", "0 to 100 percent is allowed");
  }
}

// "host" or "namespace/host"
void CheckProviderService(const std::string& service, uint32_t port, const Place& at) {
  const size_t slash = service.find('/');
  const bool has_namespace = slash != std::string::npos;
  if (service.empty()) {
    at.Field("service").Warn("missing-field", "the provider needs a service");
  } else if ((has_namespace && !IsDnsLabel(service.substr(0, slash))) ||
             CheckFqdn(has_namespace ? service.substr(slash + 1) : service).has_value()) {
    at.Field("service").Warn("bad-host", absl::StrCat("\"", service.substr(0, 80),
                                                      "\": a service is <host> or "
                                                      "<namespace>/<host>"));
  }
  if (CheckPort(port).has_value()) {
    at.Field("port").Warn("bad-port", absl::StrCat(port, " is not a port: 1 to 65535"));
  }
}

// A broken provider makes nothing else wrong, so it is only warned of.
void CheckProviders(const v1::MeshConfig& config, const Place& top) {
  std::set<absl::string_view> names;
  for (int i = 0; i < config.extension_providers_size(); ++i) {
    const v1::ExtensionProvider& provider = config.extension_providers(i);
    const Place at = top.Field("extensionProviders", i);
    if (provider.name().empty()) {
      at.Field("name").Warn("missing-field", "a provider needs a name to be found by");
    } else if (!names.insert(provider.name()).second) {
      at.Field("name").Warn("duplicate-name", absl::StrCat("there are two providers named \"",
                                                           provider.name().substr(0, 80), "\""));
    }
    if (provider.has_envoy_ext_authz_http()) {
      CheckProviderService(provider.envoy_ext_authz_http().service(),
                           provider.envoy_ext_authz_http().port(), at.Field("envoyExtAuthzHttp"));
    } else if (provider.has_envoy_ext_authz_grpc()) {
      CheckProviderService(provider.envoy_ext_authz_grpc().service(),
                           provider.envoy_ext_authz_grpc().port(), at.Field("envoyExtAuthzGrpc"));
    } else if (provider.provider_case() == v1::ExtensionProvider::PROVIDER_NOT_SET) {
      at.Warn("missing-field", "the provider says nothing beside its name");
    }
  }
}

void CheckIdentity(const v1::MeshConfig& config, const Place& top) {
  if (!config.root_namespace().empty()) {
    top.Field("rootNamespace").Check(CheckDnsLabel(config.root_namespace()));
  }
  if (!config.trust_domain().empty()) {
    CheckTrustDomain(config.trust_domain(), top.Field("trustDomain"));
  }
  for (int i = 0; i < config.trust_domain_aliases_size(); ++i) {
    CheckTrustDomain(config.trust_domain_aliases(i), top.Field("trustDomainAliases", i));
  }
}

void CheckTls(const v1::MeshConfig& config, const Place& top) {
  const Place defaults = top.Field("tlsDefaults");
  CheckCipherSuites(config.tls_defaults().cipher_suites(), defaults);
  CheckEcdhCurves(config.tls_defaults().ecdh_curves(), defaults);
  const Place mesh = top.Field("meshMTLS");
  CheckCipherSuites(config.mesh_mtls().cipher_suites(), mesh);
  if (!config.mesh_mtls().ecdh_curves().empty()) {
    mesh.Field("ecdhCurves").Error("unsupported-field", "curves of the mesh's own TLS are fixed");
  }
}

void CheckTimes(const v1::MeshConfig& config, const Place& top) {
  if (config.has_connect_timeout()) {
    top.Field("connectTimeout").Check(CheckConnectTimeout(config.connect_timeout()));
  }
  if (config.has_protocol_detection_timeout()) {
    top.Field("protocolDetectionTimeout")
        .Check(CheckDurationOrZero(config.protocol_detection_timeout()));
  }
  if (config.has_dns_refresh_rate()) {
    top.Field("dnsRefreshRate").Check(CheckDuration(config.dns_refresh_rate()));
  }
}

}  // namespace

void ValidateMeshConfig(const v1::MeshConfig& config, Report& report) {
  const Place top("", report);
  CheckIdentity(config, top);
  CheckOptionalPort(config.proxy_listen_port(), top.Field("proxyListenPort"));
  CheckOptionalPort(config.proxy_inbound_listen_port(), top.Field("proxyInboundListenPort"));
  CheckTimes(config, top);
  CheckTls(config, top);
  CheckExportTo(config.default_service_export_to(), "", {}, top, "defaultServiceExportTo");
  CheckExportTo(config.default_virtual_service_export_to(), "", {}, top,
                "defaultVirtualServiceExportTo");
  CheckExportTo(config.default_destination_rule_export_to(), "", {}, top,
                "defaultDestinationRuleExportTo");
  CheckProviders(config, top);
  if (config.has_default_http_retry_policy()) {
    CheckHttpRetry(config.default_http_retry_policy(), top.Field("defaultHttpRetryPolicy"));
  }
  if (config.has_locality_lb_setting()) {
    CheckLocalityLb(config.locality_lb_setting(), top.Field("localityLbSetting"));
  }
  if (config.has_default_config()) {
    CheckProxyConfig(config.default_config(), top.Field("defaultConfig"));
  }
}

}  // namespace binnacle::policy
