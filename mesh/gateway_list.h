// mesh/gateway_list.h
//
// Every Gateway object, in order of precedence, with what of it can be known
// without regard to other Gateways and to the proxy that runs it: a mesh may
// have a thousand of them, and each class of gateways looks at every server.
//
// Spec  policy facts, sections 1.1 and 5.12.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "mesh/packed_texts.h"
#include "mesh/protocol.h"
#include "policy/object.h"

namespace binnacle::policy::v1 {
class Server;
}

namespace binnacle::mesh {

// One `servers[]` entry. All that is asked of most servers stands here: what is
// written lies far away.
struct ListedServer {
  const policy::v1::Server* written = nullptr;  // inside the Gateway
  uint32_t port = 0;
  Protocol protocol = Protocol::kUnsupported;  // of its port
  bool has_tls = false;
  bool terminates_tls = false;
  bool http = false;  // carries HTTP once TLS is off
  bool redirects_to_https = false;
  bool passes_mesh_tls_on = false;  // AUTO_PASSTHROUGH
  absl::string_view bind;           // as written
  // What routes of an HTTPS server are called, whatever its address:
  // "https.<port>.<its name>.<gateway>.<namespace>". Empty for others.
  absl::string_view https_route;
  // Lower case; "./h" as "<namespace>/h", "*/h" as "h".
  absl::Span<const absl::string_view> hosts;
};

struct ListedGateway {
  std::shared_ptr<const policy::Object> object;               // of kind kGateway
  std::string name;                                           // "namespace/name"
  std::vector<std::pair<std::string, std::string>> selector;  // labels
  bool passes_mesh_tls_on = false;                            // a server is AUTO_PASSTHROUGH
  // Without those, and less those hosts, that earlier servers of the same
  // Gateway leave no room for.
  std::vector<ListedServer> servers;
  PackedTexts texts;  // of the servers
};

std::shared_ptr<const ListedGateway> ListGateway(std::shared_ptr<const policy::Object> object);

using GatewayList = std::vector<std::shared_ptr<const ListedGateway>>;

// "ns/host" -> "host".
absl::string_view WithoutNamespace(absl::string_view host);

}  // namespace binnacle::mesh
