// translator/secret.h
//
// TLS secrets that a proxy may fetch over ADS: `kubernetes://<name>` and
// `kubernetes://<name>-cacert`, from Secret objects in the proxy's own
// namespace, if it has proved who it is and a policy that is for it names them:
// for a gateway a server (server_credential.h), for gateways and sidecars a
// DestinationRule (rule_credential.h). `configmap://<namespace>/<name>` holds
// roots alone, which are public, so any proxy may have it.
//
// Spec  policy facts, section 4.4 (secret lookup and data keys); Envoy v3
//       Secret.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "envoy/extensions/transport_sockets/tls/v3/secret.pb.h"
#include "mesh/view.h"
#include "translator/proxy_class.h"
#include "translator/translated.h"

namespace binnacle::translator {

// nullopt if the class may not have it, or it is missing or broken.
std::optional<Translated<envoy::extensions::transport_sockets::tls::v3::Secret>> BuildSecret(
    mesh::View& view, const ProxyClass& proxy, absl::string_view name);

// Why there is none, of a name that a policy for the class does name: "there is
// no Secret edge/web".
std::string WhyNoSecret(mesh::View& view, const ProxyClass& proxy, absl::string_view name);

}  // namespace binnacle::translator
