// translator/credential_fault.h
//
// What keeps a gateway from a secret that a server of a Gateway names: the hosts
// of that server have no TLS, and whoever wrote the Gateway or the Secret ought
// to hear why.
//
// Threads  belongs to the View's thread.
// Spec     policy facts, sections 1.1 (tls) and 4.4 (secret lookup).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "mesh/view.h"
#include "policy/object.h"
#include "translator/proxy_class.h"

namespace binnacle::translator {

struct CredentialFault {
  policy::Origin gateway;  // with its object
  std::string server;      // its name; may be empty
  uint32_t port = 0;       // of the server, as written
  std::vector<std::string> hosts;
  std::string credential;  // as the proxy asks for it: "kubernetes://web"
  std::string ns;          // the proxy's, in which it is looked for
  std::string reason;      // "there is no Secret edge/web"

  friend bool operator==(const CredentialFault&, const CredentialFault&) = default;
};

// Of the Gateways that select the class, in their order. `is_given` says of a
// secret whether the class gets it; it reads through the same View.
std::vector<CredentialFault> FindCredentialFaults(
    mesh::View& view, const ProxyClass& proxy,
    absl::FunctionRef<bool(const std::string& name)> is_given);

}  // namespace binnacle::translator
