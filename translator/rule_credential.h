// translator/rule_credential.h
//
// Secrets that DestinationRules name for a class of proxies: what a proxy needs
// to connect as such a rule says, and all that it is given for that.
//
// Threads  belongs to the View's thread.
// Spec     policy facts, section 4.3 (credentialName and workloadSelector).
#pragma once

#include "absl/strings/string_view.h"
#include "mesh/view.h"
#include "translator/proxy_class.h"

namespace binnacle::translator {

// True if a rule names `credential` for a host that the class sees: for
// sidecars a rule of their own namespace, written for such workloads (by a
// workloadSelector); for gateways whichever is in effect for the host.
bool RuleNamesCredential(mesh::View& view, const ProxyClass& proxy, absl::string_view credential);

}  // namespace binnacle::translator
