// ctl/proxy_name.h
//
// How people name a proxy: by its node id, "sidecar~10.0.0.7~web-1.shop~...",
// by its pod and namespace, "web-1.shop", or by the pod alone where that is
// plain enough.
//
// Threads  pure, but for ListProxies().
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ctl/admin_client.h"
#include "ctl/json.h"

namespace binnacle::ctl {

// "web-1.shop" where `proxy` is a node id; anything else is what it is.
absl::string_view ShortProxyName(absl::string_view proxy);

// The one of `proxies`, short names or node ids, that `name` means. kNotFound
// when it means none or several; the message names the candidates.
absl::StatusOr<std::string> ResolveProxy(absl::string_view name,
                                         const std::vector<std::string>& proxies);

// Every proxy with its status, sorted by name: a list of {proxy, id, cluster,
// connectedSince, types}. `proxy` is its short name, or its node id where two
// share that name.
absl::StatusOr<Json> ListProxies(const AdminClient& client);

// What each of the list is called.
std::vector<std::string> ProxyNames(const Json& proxies);

}  // namespace binnacle::ctl
