#include "server/proxy_list.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"

namespace binnacle::server {
namespace {

using Json = nlohmann::ordered_json;

void AddStream(std::shared_ptr<ProxyStream> stream, const StreamReport& report,
               ConnectedProxy& proxy) {
  if (proxy.streams.empty() || report.since < proxy.since) proxy.since = report.since;
  proxy.node_id = report.node_id;
  proxy.name = report.proxy;
  proxy.cluster = report.cluster;
  proxy.node = report.node;
  if (!report.identity.empty()) proxy.identity = report.identity;
  proxy.streams.push_back(std::move(stream));
  if (proxy.types.empty()) {
    for (const ResourceType type : kPushOrder)
      proxy.types.push_back({type, false, SyncStatus::kNotSent, "", ""});
  }
  for (const TypeStatus& said : report.types) {
    for (TypeStatus& known : proxy.types) {
      if (known.type == said.type && said.asked_for) known = said;
    }
  }
}

absl::string_view PodOf(const ConnectedProxy& proxy) {
  return absl::string_view(proxy.name).substr(0, proxy.name.rfind('.'));
}

// Unless two share it, the short name is what a proxy is known by.
std::string ShownName(const ConnectedProxy& proxy, const std::vector<ConnectedProxy>& all) {
  const auto same = absl::c_count_if(all, [&](const auto& p) { return p.name == proxy.name; });
  return same == 1 && !proxy.name.empty() ? proxy.name : proxy.node_id;
}

Json TypeJson(const TypeStatus& type) {
  return {{"status", std::string(SyncStatusName(type.status))},
          {"version", type.version},
          {"nackReason", type.nack_reason}};
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

// Null if none is known that is still valid.
Json CertificateJson(const std::string& node_id,
                     const std::map<std::string, ca::IssuanceRecord>& certificates) {
  const auto it = certificates.find(node_id);
  if (it == certificates.end()) return nullptr;
  return {{"serial", it->second.serial},
          {"notBefore", TimeText(it->second.not_before)},
          {"notAfter", TimeText(it->second.not_after)}};
}

}  // namespace

std::shared_ptr<ProxyStream> ConnectedProxy::StreamFor(ResourceType type) const {
  for (const auto& stream : streams) {
    for (const TypeStatus& status : stream->report().types) {
      if (status.type == type && status.asked_for) return stream;
    }
  }
  return nullptr;
}

std::vector<ConnectedProxy> ConnectedProxies(
    const std::vector<std::shared_ptr<ProxyStream>>& streams) {
  std::map<std::string, ConnectedProxy> by_id;
  for (const auto& stream : streams) {
    const StreamReport report = stream->report();
    if (!report.node_id.empty()) AddStream(stream, report, by_id[report.node_id]);
  }
  std::vector<ConnectedProxy> proxies;
  proxies.reserve(by_id.size());
  for (auto& [id, proxy] : by_id) proxies.push_back(std::move(proxy));
  absl::c_sort(proxies, [](const ConnectedProxy& a, const ConnectedProxy& b) {
    return std::tie(a.name, a.node_id) < std::tie(b.name, b.node_id);
  });
  return proxies;
}

absl::StatusOr<ConnectedProxy> FindProxy(const std::vector<ConnectedProxy>& proxies,
                                         absl::string_view name) {
  for (auto matches :
       {+[](const ConnectedProxy&p, absl::string_view n) { return p.node_id == n; },
        +[](const ConnectedProxy&p, absl::string_view n) { return p.name == n; },
        +[](const ConnectedProxy&p, absl::string_view n) { return PodOf(p) == n; }}) {
    std::vector<const ConnectedProxy*> found;
    for (const ConnectedProxy& proxy : proxies) {
      if (matches(proxy, name)) found.push_back(&proxy);
    }
    if (found.size() == 1) return *found[0];
    if (found.size() > 1) {
      return absl::NotFoundError(
          absl::StrCat("\"", name, "\" may be any of ", found.size(), " proxies: say more of it"));
    }
  }
  return absl::NotFoundError(absl::StrCat("no proxy \"", name, "\" is connected"));
}

Json ProxyStatusJson(const std::vector<ConnectedProxy>& proxies,
                     const std::map<std::string, ca::IssuanceRecord>& certificates) {
  Json list = Json::array();
  for (const ConnectedProxy& proxy : proxies) {
    Json types = Json::object();
    for (const TypeStatus& type : proxy.types) {
      // Few proxies ever ask for these.
      if (type.type == ResourceType::kVirtualHost && !type.asked_for) continue;
      types[std::string(translator::ShortName(type.type))] = TypeJson(type);
    }
    list.push_back({{"proxy", ShownName(proxy, proxies)},
                    {"id", proxy.node_id},
                    {"cluster", proxy.cluster},
                    {"connectedSince", TimeText(proxy.since)},
                    {"identity", proxy.identity},
                    {"certificate", CertificateJson(proxy.node_id, certificates)},
                    {"types", std::move(types)}});
  }
  return list;
}

}  // namespace binnacle::server
