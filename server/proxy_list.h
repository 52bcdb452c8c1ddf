// server/proxy_list.h
//
// The proxies behind the streams: a proxy may have one stream for everything
// or several for single types.
//
// Threads  pure, on streams that may be called from any thread.
// Spec     design section 4: proxy-status.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ca/issuance_log.h"
#include "nlohmann/json.hpp"
#include "server/proxy_stream.h"

namespace binnacle::server {

struct ConnectedProxy {
  std::string node_id;
  std::string name;      // "pod.namespace"
  std::string cluster;   // cluster id
  std::string identity;  // that it has proved; empty on the plaintext listener
  absl::Time since;      // of the oldest stream
  std::shared_ptr<const translator::Node> node;  // never null
  std::vector<std::shared_ptr<ProxyStream>> streams;
  std::vector<TypeStatus> types;  // one of each, in push order

  // The stream that has this type; nullptr if none asked for it.
  std::shared_ptr<ProxyStream> StreamFor(ResourceType type) const;
};

// Those that have said who they are, sorted by name, then by node id.
std::vector<ConnectedProxy> ConnectedProxies(
    const std::vector<std::shared_ptr<ProxyStream>>& streams);

// `name` is a node id, "pod.namespace", or "pod" where that is plain enough.
// kNotFound: there is none, or there are several.
absl::StatusOr<ConnectedProxy> FindProxy(const std::vector<ConnectedProxy>& proxies,
                                         absl::string_view name);

// A list of {proxy, id, cluster, connectedSince, identity, certificate: {serial,
// notBefore, notAfter} or null, types}. `certificates`: by node id.
nlohmann::ordered_json ProxyStatusJson(
    const std::vector<ConnectedProxy>& proxies,
    const std::map<std::string, ca::IssuanceRecord>& certificates = {});

}  // namespace binnacle::server
