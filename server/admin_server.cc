#include "server/admin_server.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "httplib.h"
#include "nlohmann/json.hpp"
#include "policy/kind.h"
#include "server/authority_handlers.h"
#include "server/authority_json.h"
#include "server/credential_json.h"
#include "server/host_port.h"
#include "server/http_answer.h"
#include "server/http_listener.h"
#include "server/object_json.h"
#include "server/process_metrics.h"
#include "server/proxy_list.h"
#include "server/refusal_json.h"
#include "server/resource_json.h"
#include "server/tls_check_handler.h"
#include "server/version.h"

namespace binnacle::server {
namespace {

using Json = nlohmann::ordered_json;
using HttpRequest = httplib::Request;
using HttpResponse = httplib::Response;

constexpr int kHttpThreads = 4;
constexpr absl::Duration kInspectPatience = absl::Seconds(5);

bool IsLoopbackHost(absl::string_view host) {
  return host == "localhost" || host == "::1" || absl::StartsWith(host, "127.");
}

constexpr absl::string_view kIndex = R"(binnacled, the control plane

/healthz                       the process is alive
/readyz                        policy has been read and is served
/metrics                       for Prometheus
/debug/version
/debug/sources                 where objects come from
/debug/findings                what is wrong with policy documents
/debug/objects                 ?kind=&namespace=&name=
/debug/refusals                what proxies have refused, and which objects shaped it
/debug/credentials             Secrets that Gateways name and their proxies do not get
/debug/ca                      the certificate authority; /root: the trust bundle;
                               /issued?identity=&serial=&valid=1&limit=
/debug/proxies                 who is connected, and how each stands
/debug/tls-check               where clients and servers disagree on TLS: ?proxy=NAME&host=HOST
/debug/proxy-config/clusters   ?proxy=NAME[&origins=1]; listeners, routes, endpoints too)";

Json SourceJson(const SourceStatus& source) {
  return {{"source", source.name},
          {"complete", source.complete},
          {"healthy", source.healthy},
          {"status", source.status},
          {"errors", source.errors},
          {"warnings", source.warnings},
          {"ignoredKinds", source.unknown_kinds}};
}

// What a stream was last sent; empty if it does not say so in time.
std::vector<ResourcePtr> HeldBy(ProxyStream& stream, ResourceType type) {
  struct Shared {
    absl::Notification done;
    std::vector<ResourcePtr> held;
  };
  auto shared = std::make_shared<Shared>();
  stream.Inspect(type, [shared](std::vector<ResourcePtr> held) {
    shared->held = std::move(held);
    shared->done.Notify();
  });
  if (!shared->done.WaitForNotificationWithTimeout(kInspectPatience)) return {};
  return shared->held;
}

bool KindIs(policy::Kind kind, absl::string_view word) {
  return absl::EqualsIgnoreCase(policy::KindName(kind), word);
}

}  // namespace

class AdminServer::Http {
 public:
  explicit Http(const AdminParts& parts) : parts_(parts) {
    http_.set_pre_routing_handler([](const HttpRequest& request, HttpResponse& response) {
      return Guard(request, response);
    });
    AddHealth();
    AddDebug();
    AddProxies();
    AddTlsCheck(http_, parts_.hub, parts_.owner, parts_.translator);
    if (parts_.authority == nullptr) {
      AddAbsentAuthority(http_);
    } else {
      AddAuthorityQuestions(http_, *parts_.authority);
    }
  }

  absl::StatusOr<std::string> Start(const std::string& address) {
    const auto parts = ParseHostPort(address);
    if (!parts.ok()) return parts.status();
    if (!IsLoopbackHost(parts->host)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the admin server does not listen on ", address,
          ": it has no authentication, so loopback alone is allowed (127.0.0.1, ::1)"));
    }
    auto listening = listener_.Bind(*parts, "admin HTTP");
    if (listening.ok()) listener_.Serve();
    return listening;
  }

  void Stop() { listener_.Stop(); }

 private:
  static httplib::Server::HandlerResponse Guard(const HttpRequest& request,
                                                HttpResponse& response) {
    using Handled = httplib::Server::HandlerResponse;
    const std::string host = request.get_header_value("Host");
    const auto parts = ParseHostPort(absl::EndsWith(host, "]") || !absl::StrContains(host, ':')
                                         ? absl::StrCat(host, ":80")
                                         : host);
    if (host.empty() || (parts.ok() && IsLoopbackHost(parts->host))) return Handled::Unhandled;
    Answer(response, {{"error", "this server answers on loopback only, not as " + host}}, 403);
    return Handled::Handled;
  }

  void AddHealth() {
    http_.Get("/", [](const HttpRequest&, HttpResponse& response) {
      Say(response, std::string(kIndex));
    });
    http_.Get("/healthz", [](const HttpRequest&, HttpResponse& response) { Say(response, "ok"); });
    http_.Get("/readyz",
              [this](const HttpRequest&, HttpResponse& response) { Readiness(response); });
    http_.Get("/metrics",
              [this](const HttpRequest&, HttpResponse& response) { MetricsText(response); });
  }

  void AddDebug() {
    http_.Get("/debug/version", [this](const HttpRequest&, HttpResponse& response) {
      // Where orders are taken, so that binnaclectl finds it by itself.
      Answer(response, {{"version", std::string(Version())}, {"socket", parts_.admin_socket}});
    });
    http_.Get("/debug/sources", [this](const HttpRequest&, HttpResponse& response) {
      Json list = Json::array();
      for (const SourceStatus& source : parts_.owner.sources()) list.push_back(SourceJson(source));
      Answer(response, list);
    });
    http_.Get("/debug/findings", [this](const HttpRequest&, HttpResponse& response) {
      Json list = Json::array();
      for (const auto& finding : parts_.owner.findings()) list.push_back(FindingJson(finding));
      Answer(response, list);
    });
    http_.Get("/debug/objects", [this](const HttpRequest& request, HttpResponse& response) {
      Objects(request, response);
    });
    http_.Get("/debug/refusals", [this](const HttpRequest&, HttpResponse& response) {
      Answer(response, RefusalsJson(parts_.hub.refusals().list()));
    });
    http_.Get("/debug/credentials", [this](const HttpRequest&, HttpResponse& response) {
      Answer(response, CredentialFaultsJson(parts_.hub.credentials().list()));
    });
  }

  void AddProxies() {
    http_.Get("/debug/proxies",
              [this](const HttpRequest&, HttpResponse& response) { Proxies(response); });
    const std::pair<const char*, ResourceType> kTypes[] = {{"clusters", ResourceType::kCluster},
                                                           {"listeners", ResourceType::kListener},
                                                           {"routes", ResourceType::kRoute},
                                                           {"endpoints", ResourceType::kEndpoint}};
    for (const auto& [name, type] : kTypes) {
      http_.Get(absl::StrCat("/debug/proxy-config/", name),
                [this, t = type](const HttpRequest& request, HttpResponse& response) {
                  ProxyConfig(t, request, response);
                });
    }
  }

  void Readiness(HttpResponse& response) {
    if (!parts_.owner.ready()) return Say(response, "policy has not been read yet", 503);
    for (const SourceStatus& source : parts_.owner.sources()) {
      if (source.healthy) continue;
      return Say(response, absl::StrCat(source.name, ": ", source.status), 503);
    }
    if (parts_.authority != nullptr) {
      const absl::Status ready = parts_.authority->Ready();
      if (!ready.ok()) return Say(response, std::string(ready.message()), 503);
    }
    Say(response, "ready");
  }

  void MetricsText(HttpResponse& response) {
    Metrics& metrics = parts_.metrics;
    for (const auto& [kind, count] : parts_.owner.CountByKind()) metrics.SetObjects(kind, count);
    size_t errors = 0;
    const auto findings = parts_.owner.findings();
    for (const auto& finding : findings) errors += finding.severity == policy::Severity::kError;
    metrics.SetFindings("error", errors);
    metrics.SetFindings("warning", findings.size() - errors);
    const auto counts = parts_.translator.counts();
    metrics.SetTranslations(counts.hits, counts.builds);
    metrics.SetClasses(parts_.hub.class_count());
    metrics.SetPoolQueue(parts_.pool.waiting());
    metrics.SetIntakeQueue(parts_.owner.waiting());
    const auto standing = parts_.hub.convergence().standing();
    // Those at their first configuration too.
    const size_t streams = parts_.hub.streams().size();
    metrics.SetBehind(streams - std::min(streams, standing.current),
                      standing.oldest == absl::InfiniteFuture() ? absl::ZeroDuration()
                                                                : absl::Now() - standing.oldest);
    metrics.SetRefused(CountByType(parts_.hub.refusals().list()));
    metrics.SetLackingCredentials(parts_.hub.credentials().list().size());
    metrics.SetReady(parts_.owner.ready());
    metrics.SetArriving(parts_.hub.arrivals().waiting());
    std::string text = metrics.Text();
    text += ProcessMetrics();
    if (parts_.authority != nullptr) {
      absl::StrAppend(&text, parts_.authority->metrics().Text(),
                      CertificateMetrics(*parts_.authority, absl::Now()));
    }
    response.set_content(text, "text/plain; version=0.0.4; charset=utf-8");
  }

  void Proxies(HttpResponse& response) {
    std::map<std::string, ca::IssuanceRecord> certificates;
    if (parts_.authority != nullptr) {
      auto found = CertificatesByNode(*parts_.authority, absl::Now());
      if (found.ok()) certificates = *std::move(found);
    }
    Answer(response, ProxyStatusJson(ConnectedProxies(parts_.hub.streams()), certificates));
  }

  void Objects(const HttpRequest& request, HttpResponse& response) {
    const std::string kind = request.get_param_value("kind");
    const std::string ns = request.get_param_value("namespace");
    const std::string name = request.get_param_value("name");
    const auto objects = parts_.owner.Objects([&](const policy::ObjectKey& key) {
      return (kind.empty() || KindIs(key.kind, kind)) && (ns.empty() || key.ns == ns) &&
             (name.empty() || key.name == name);
    });
    Json list = Json::array();
    const RefusalsByObject refused = GroupByObject(parts_.hub.refusals().list());
    const auto lacking = GroupByGateway(parts_.hub.credentials().list());
    for (const auto& object : objects) {
      Json json = ObjectJson(*object);
      if (auto it = refused.find(object->key); it != refused.end()) json["refusals"] = it->second;
      if (auto it = lacking.find(object->key); it != lacking.end()) {
        json["lackingCredentials"] = it->second;
      }
      list.push_back(std::move(json));
    }
    Answer(response, list);
  }

  void ProxyConfig(ResourceType type, const HttpRequest& request, HttpResponse& response) {
    const auto proxies = ConnectedProxies(parts_.hub.streams());
    const std::string name = request.get_param_value("proxy");
    const auto proxy = FindProxy(proxies, name);
    if (!proxy.ok()) {
      Json known = Json::array();
      for (const ConnectedProxy& p : proxies) known.push_back(p.node_id);
      const std::string error =
          name.empty() ? "say which proxy: ?proxy=NAME" : std::string(proxy.status().message());
      return Answer(response, {{"error", error}, {"known", std::move(known)}},
                    name.empty() ? 400 : 404);
    }
    const bool origins = request.has_param("origins");
    Json list = Json::array();
    const auto stream = proxy->StreamFor(type);
    if (stream == nullptr) return Answer(response, list);
    for (const ResourcePtr& resource : HeldBy(*stream, type)) {
      Json json = ResourceJson(*resource);
      if (origins) AddOrigins(*resource, json);
      list.push_back(std::move(json));
    }
    if (type == ResourceType::kRoute) AddVirtualHosts(*stream, origins, list);
    Answer(response, list);
  }

  static void AddOrigins(const translator::Resource& resource, Json& json) {
    if (!json.contains("origins")) json["origins"] = Json::array();
    for (const auto& origin : resource.origins()) json["origins"].push_back(origin.ToString());
  }

  // Those that came one by one, where Envoy shows them: in their routes.
  static void AddVirtualHosts(ProxyStream& stream, bool origins, Json& list) {
    for (const ResourcePtr& host : HeldBy(stream, ResourceType::kVirtualHost)) {
      const std::string routes = host->name().substr(0, host->name().find('/'));
      for (Json& json : list) {
        if (json.value("name", "") != routes) continue;
        json["virtual_hosts"].push_back(ResourceJson(*host));
        if (origins) AddOrigins(*host, json);
      }
    }
  }

  const AdminParts parts_;
  httplib::Server http_;
  HttpListener listener_{http_, kHttpThreads};
};

AdminServer::AdminServer(const AdminParts& parts) : http_(std::make_unique<Http>(parts)) {}

AdminServer::~AdminServer() { Stop(); }

absl::StatusOr<std::string> AdminServer::Start(const std::string& address) {
  return http_->Start(address);
}

void AdminServer::Stop() { http_->Stop(); }

}  // namespace binnacle::server
