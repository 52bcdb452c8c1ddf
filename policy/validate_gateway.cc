#include "policy/validate_gateway.h"

#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "policy/host.h"
#include "policy/ip_address.h"
#include "policy/label_rule.h"
#include "policy/port_rule.h"
#include "policy/tls_rule.h"

namespace binnacle::policy {
namespace {

using ServerTls = v1::ServerTlsSettings;

bool IsUnixSocket(absl::string_view bind) { return absl::StartsWith(bind, "unix://"); }

void CheckBind(const v1::Server& server, const Place& at) {
  if (server.bind().empty()) return;
  const Place bind = at.Field("bind");
  if (!IsUnixSocket(server.bind())) {
    if (!IsIpAddress(server.bind())) {
      bind.Error("bad-ip", absl::StrCat("\"", server.bind().substr(0, 80),
                                        "\" is neither an IP address nor a unix:// path"));
    }
    return;
  }
  const absl::string_view path = absl::string_view(server.bind()).substr(7);
  if (!absl::StartsWith(path, "/") && !absl::StartsWith(path, "@")) {
    bind.Error("bad-path", "after unix:// comes an absolute path or @ and an abstract name");
  }
  if (server.port().number() != 0) {
    at.Field("port.number").Error("bad-port", "a Unix socket has no port: write 0");
  }
}

void CheckServerPort(const v1::Server& server, const Place& at) {
  if (!server.has_port()) {
    at.Field("port").Error("missing-field", "a server needs a port: number, name and protocol");
    return;
  }
  const v1::Port& port = server.port();
  if (!IsUnixSocket(server.bind())) at.Field("port.number").Check(CheckPort(port.number()));
  if (port.protocol().empty()) {
    at.Field("port.protocol").Error("missing-field", "a server's port needs a protocol");
  } else {
    at.Field("port.protocol").Check(CheckGatewayProtocol(port.protocol()));
  }
  if (port.name().empty()) {
    at.Field("port.name").Error("missing-field", "a server's port needs a name");
  }
  if (port.target_port() != 0) {
    at.Field("port.targetPort").Warn("deprecated-field", "a Gateway's targetPort has no effect");
  }
}

// "[namespace/]host"
void CheckServerHost(absl::string_view text, const Place& at) {
  absl::string_view host = text;
  if (const size_t slash = text.find('/'); slash != absl::string_view::npos) {
    const absl::string_view ns = text.substr(0, slash);
    host = text.substr(slash + 1);
    if (ns != "*" && ns != "." && !IsDnsLabel(ns)) {
      at.Error("bad-host", absl::StrCat("before the '/' stands a namespace, \"*\" or \".\", not \"",
                                        ns.substr(0, 80), "\""));
      return;
    }
  }
  if (host == "*" || IsIpAddress(host)) return;
  if (!at.Check(CheckWildcardDomain(host))) return;
  if (IsPartialWildcard(host)) {
    at.Error("bad-host", absl::StrCat("\"", host,
                                      "\": a gateway's wildcard is a whole label, as "
                                      "in \"*.example.com\""));
  } else if (!absl::StrContains(host, '.')) {
    at.Error("bad-host",
             absl::StrCat("\"", host, "\" is a short name: a gateway's hosts are full ones"),
             absl::StrCat("\"", host, ".<namespace>.svc.cluster.local\"?"));
  }
}

void CheckServerHosts(const v1::Server& server, const Place& at) {
  if (server.hosts().empty()) {
    at.Field("hosts").Error("missing-field", "a server needs at least one host; \"*\" is any");
  }
  std::set<absl::string_view> seen;
  for (int i = 0; i < server.hosts_size(); ++i) {
    const Place host = at.Field("hosts", i);
    CheckServerHost(server.hosts(i), host);
    if (!seen.insert(server.hosts(i)).second) {
      host.Warn("duplicate-host", absl::StrCat("\"", server.hosts(i), "\" is listed already"));
    }
  }
}

bool NamesCertificates(const ServerTls& tls) {
  return !tls.server_certificate().empty() || !tls.private_key().empty() ||
         !tls.ca_certificates().empty() || !tls.credential_name().empty() ||
         !tls.credential_names().empty() || !tls.tls_certificates().empty();
}

// Plain HTTP may only redirect; other plain protocols have no `tls` at all.
void CheckPlainTls(const v1::Server& server, const Place& tls) {
  if (!IsHttpProtocol(server.port().protocol())) {
    tls.Error("excluded-field", absl::StrCat("a ", server.port().protocol(),
                                             " port is plain: only HTTPS and TLS ports have tls"));
    return;
  }
  if (server.tls().mode() == ServerTls::PASSTHROUGH && !NamesCertificates(server.tls())) return;
  tls.Error("excluded-field", "a plain HTTP port has no TLS: only httpsRedirect may be set",
            "is protocol HTTPS meant?");
}

void CheckServerTlsBlock(const v1::Server& server, const Place& at) {
  const bool secure = IsTlsProtocol(server.port().protocol());
  if (!server.has_tls()) {
    if (secure) {
      at.Field("tls").Error("missing-field", absl::StrCat("a port of protocol ",
                                                          server.port().protocol(), " needs tls"));
    }
    return;
  }
  const Place tls = at.Field("tls");
  if (server.tls().https_redirect() && !IsHttpProtocol(server.port().protocol())) {
    tls.Field("httpsRedirect").Warn("unused-field", "only plain HTTP can be redirected to HTTPS");
  }
  if (secure) {
    CheckServerTls(server.tls(), tls);
  } else if (!CheckGatewayProtocol(server.port().protocol()).has_value()) {
    CheckPlainTls(server, tls);
  }
}

}  // namespace

void ValidateGateway(const ObjectKey& key, const v1::Gateway& gateway, const Place& metadata,
                     const Place& spec) {
  if (absl::StrContains(key.name, '.')) {
    metadata.Field("name").Error("bad-name", "a Gateway's name may hold no dots");
  }
  if (gateway.servers().empty()) {
    spec.Field("servers").Error("missing-field", "a Gateway needs at least one server");
  }
  CheckLabels(gateway.selector(), spec, "selector");
  std::set<absl::string_view> names;
  for (int i = 0; i < gateway.servers_size(); ++i) {
    const v1::Server& server = gateway.servers(i);
    const Place at = spec.Field("servers", i);
    CheckServerPort(server, at);
    CheckBind(server, at);
    CheckServerHosts(server, at);
    CheckServerTlsBlock(server, at);
    if (!server.port().name().empty() && !names.insert(server.port().name()).second) {
      at.Field("port.name")
          .Error("duplicate-name",
                 absl::StrCat("two servers have a port named \"", server.port().name(), "\""));
    }
  }
}

}  // namespace binnacle::policy
