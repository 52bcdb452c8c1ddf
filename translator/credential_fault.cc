#include "translator/credential_fault.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "mesh/lookup.h"
#include "proto/policy/gateway.pb.h"
#include "translator/secret.h"
#include "translator/server_credential.h"

namespace binnacle::translator {
namespace {

using policy::v1::Server;
using policy::v1::ServerTlsSettings;

bool ChecksClients(const ServerTlsSettings& tls) {
  return tls.mode() == ServerTlsSettings::MUTUAL ||
         tls.mode() == ServerTlsSettings::OPTIONAL_MUTUAL;
}

// Those that its listener refers to and the control plane has to give.
std::vector<std::string> SecretsOf(const ServerTlsSettings& tls) {
  std::vector<std::string> names;
  if (tls.mode() != ServerTlsSettings::SIMPLE && !ChecksClients(tls)) return names;
  names = CertificateSecretNames(tls);
  if (ChecksClients(tls)) names.push_back(RootsSecretName(tls));
  std::erase_if(names, [](const std::string& name) {
    return name.empty() || absl::StartsWith(name, "builtin://");
  });
  return names;
}

// Where the Gateway stands somebody may have put the Secret too.
std::string Reason(mesh::View& view, const ProxyClass& proxy, const policy::Object& gateway,
                   const std::string& secret) {
  std::string reason = WhyNoSecret(view, proxy, secret);
  const std::string& ns = gateway.key.ns;
  const std::string beside = mesh::Qualified(ns, absl::StripPrefix(secret, "kubernetes://"));
  if (ns != proxy.ns && view.Find<mesh::FactKind::kSecret>(beside) != nullptr) {
    absl::StrAppend(&reason, "; ", beside,
                    " is not looked at, as a gateway gets Secrets of its own namespace alone");
  }
  return reason;
}

CredentialFault Fault(const policy::Object& gateway, const Server& server,
                      const ProxyClass& proxy) {
  CredentialFault fault;
  fault.gateway = gateway.origin;
  fault.server = server.name().empty() ? server.port().name() : server.name();
  fault.port = server.port().number();
  fault.hosts = {server.hosts().begin(), server.hosts().end()};
  fault.ns = proxy.ns;
  return fault;
}

}  // namespace

std::vector<CredentialFault> FindCredentialFaults(
    mesh::View& view, const ProxyClass& proxy,
    absl::FunctionRef<bool(const std::string& name)> is_given) {
  std::vector<CredentialFault> faults;
  for (const mesh::ListedGateway* listed : mesh::GatewaysFor(view, proxy.labels)) {
    const policy::Object& gateway = *listed->object;
    for (const Server& server : gateway.As<policy::v1::Gateway>().servers()) {
      if (!server.has_tls()) continue;
      for (const std::string& secret : SecretsOf(server.tls())) {
        if (is_given(secret)) continue;
        CredentialFault fault = Fault(gateway, server, proxy);
        fault.credential = secret;
        fault.reason = Reason(view, proxy, gateway, secret);
        faults.push_back(std::move(fault));
      }
    }
  }
  return faults;
}

}  // namespace binnacle::translator
