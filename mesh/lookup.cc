#include "mesh/lookup.h"

#include <algorithm>
#include <iterator>

#include "absl/algorithm/container.h"
#include "absl/container/fixed_array.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "mesh/hashing_rule.h"
#include "policy/host.h"
#include "proto/policy/gateway.pb.h"
#include "proto/policy/virtual_service.pb.h"

namespace binnacle::mesh {
namespace {

using policy::v1::VirtualService;

// A fact's name, joined without a string of its own: most of them are only
// looked for.
class Joined {
 public:
  Joined(absl::string_view ns, absl::string_view name) : text_(ns.size() + name.size() + 1) {
    ns.copy(text_.data(), ns.size());
    text_[ns.size()] = '/';
    name.copy(text_.data() + ns.size() + 1, name.size());
  }
  operator absl::string_view() const {  // NOLINT(google-explicit-constructor)
    return {text_.data(), text_.size()};
  }

 private:
  absl::FixedArray<char, 192> text_;
};

// Whether words of `exportTo` open an object of the namespace `own` to `ns`.
template <typename Words>
bool AnyOpens(const Words& words, absl::string_view own, absl::string_view ns) {
  return absl::c_any_of(words, [&](absl::string_view word) {
    if (word == "*") return true;
    return word != "~" && (word == "." ? own : word) == ns;
  });
}

// The first in precedence that the client may see.
const policy::Object* FirstVisible(const ObjectList* objects, const MeshSettings& settings,
                                   absl::string_view client_ns) {
  if (objects == nullptr) return nullptr;
  for (const auto& object : *objects) {
    if (SeesVirtualService(client_ns, *object, settings)) return object.get();
  }
  return nullptr;
}

template <typename Pairs>
bool AllAmong(const Pairs& pairs, const policy::Labels& labels) {
  return absl::c_all_of(pairs, [&](const auto& pair) {
    auto it = labels.find(pair.first);
    return it != labels.end() && it->second == pair.second;
  });
}

// Which rules of a level count for a client.
struct RuleLevel {
  absl::string_view ns;
  absl::string_view client_ns;
  bool private_only;  // only rules exported to `ns` alone

  bool Counts(const Rule& rule) const {
    if (private_only) {
      const auto& namespaces = rule.export_to.namespaces;
      return !rule.export_to.all && namespaces.size() == 1 && namespaces[0] == ns;
    }
    return rule.export_to.VisibleTo(client_ns);
  }
};

// Rules with a matching selector are preferred to those without one. A
// selector speaks of clients in the rule's own namespace.
const Rule* Choose(const RuleSet* rules, const RuleLevel& level,
                   const policy::Labels& client_labels) {
  if (rules == nullptr) return nullptr;
  const Rule* general = nullptr;
  for (const auto& rule : *rules) {
    if (!level.Counts(*rule)) continue;
    if (rule->selector.empty()) {
      if (general == nullptr) general = rule.get();
    } else if (level.ns == level.client_ns && Selects(rule->selector, client_labels)) {
      return rule.get();
    }
  }
  return general;
}

const Rule* FindInLevel(View& view, const RuleLevel& level, const policy::Labels& client_labels,
                        absl::string_view host) {
  if (const Rule* rule = Choose(view.Find<FactKind::kDestinationRules>(Joined(level.ns, host)),
                                level, client_labels)) {
    return rule;
  }
  const HostList* wildcards = view.Find<FactKind::kWildcardRules>(level.ns);
  if (wildcards == nullptr) return nullptr;
  for (const std::string& wildcard : *wildcards) {
    if (wildcard == host || !HostCovers(wildcard, host)) continue;
    if (const Rule* rule =
            Choose(view.Find<FactKind::kDestinationRules>(Joined(level.ns, wildcard)), level,
                   client_labels)) {
      return rule;
    }
  }
  return nullptr;
}

// Whether a rule of that namespace that may be for `host` asks for hashing.
bool HashesIn(View& view, absl::string_view ns, absl::string_view host) {
  const HostList* hosts = view.Find<FactKind::kHashingHosts>(ns);
  if (hosts == nullptr) return false;
  for (const std::string& wildcard : *hosts) {
    if (!absl::StartsWith(wildcard, "*")) break;  // they sort before all others
    if (HostCovers(wildcard, host)) return true;
  }
  return absl::c_binary_search(*hosts, host);
}

void MergeSorted(const HostList* hosts, std::vector<absl::string_view>& into) {
  if (hosts == nullptr || hosts->empty()) return;
  std::vector<absl::string_view> merged;
  merged.reserve(into.size() + hosts->size());
  std::set_union(into.begin(), into.end(), hosts->begin(), hosts->end(),
                 std::back_inserter(merged));
  into = std::move(merged);
}

// Goes along a sorted list.
class Walk {
 public:
  explicit Walk(const HostList* hosts) : hosts_(hosts) {}

  // Whether it is in the list. Hosts are asked for in order.
  bool Meets(const std::string& host) {
    if (hosts_ == nullptr) return false;
    for (; at_ < hosts_->size(); ++at_) {
      const int order = (*hosts_)[at_].compare(host);
      if (order >= 0) return order == 0;
    }
    return false;
  }

 private:
  const HostList* const hosts_;
  size_t at_ = 0;
};

// `hosts` are sorted; nullptr: none.
std::vector<absl::string_view> VisibleAmong(View& view, absl::string_view client_ns,
                                            const HostList* hosts) {
  if (hosts == nullptr) return {};
  Walk everybodys(view.Find<FactKind::kPublicHosts>(""));
  Walk own(view.Find<FactKind::kPrivateHosts>(client_ns));
  std::vector<absl::string_view> visible;
  visible.reserve(hosts->size());
  for (const std::string& host : *hosts) {
    const bool is_public = everybodys.Meets(host);
    if (own.Meets(host) || is_public) visible.emplace_back(host);
  }
  return visible;
}

// Whether one of them is visible and `wanted`, which is asked for each in order
// until then.
template <typename Wanted>
bool AnyVisibleAmong(View& view, absl::string_view client_ns, const HostList* hosts,
                     Wanted wanted) {
  if (hosts == nullptr) return false;
  const HostList* const lists[] = {view.Find<FactKind::kPublicHosts>(""),
                                   view.Find<FactKind::kPrivateHosts>(client_ns)};
  return absl::c_any_of(*hosts, [&](const std::string& host) {
    return wanted(host) && absl::c_any_of(lists, [&](const HostList* list) {
             return list != nullptr && absl::c_binary_search(*list, host);
           });
  });
}

}  // namespace

const Service* FindService(View& view, absl::string_view host, absl::string_view client_ns) {
  const auto* services = view.Find<FactKind::kServices>(host);
  if (services == nullptr) return nullptr;
  const Service* found = nullptr;
  for (const auto& service : *services) {
    if (!service->export_to.VisibleTo(client_ns)) continue;
    if (service->ns == client_ns) return service.get();
    if (found == nullptr) found = service.get();
  }
  return found;
}

std::vector<absl::string_view> VisibleHosts(View& view, absl::string_view client_ns) {
  std::vector<absl::string_view> hosts;
  MergeSorted(view.Find<FactKind::kPublicHosts>(""), hosts);
  MergeSorted(view.Find<FactKind::kPrivateHosts>(client_ns), hosts);
  return hosts;
}

std::vector<absl::string_view> VisibleHostsOnPort(View& view, absl::string_view client_ns,
                                                  uint32_t port) {
  return VisibleAmong(view, client_ns, view.Find<FactKind::kHostsOnPort>(absl::StrCat(port)));
}

std::vector<absl::string_view> SpecialHostsOnPort(View& view, absl::string_view client_ns,
                                                  uint32_t port) {
  return VisibleAmong(view, client_ns,
                      view.Find<FactKind::kSpecialHostsOnPort>(absl::StrCat(port)));
}

bool AnyPlainHttpHostOnPort(View& view, absl::string_view client_ns, uint32_t port) {
  const HostList* on_port = view.Find<FactKind::kHostsOnPort>(absl::StrCat(port));
  Walk special(view.Find<FactKind::kSpecialHostsOnPort>(absl::StrCat(port)));
  return AnyVisibleAmong(view, client_ns, on_port,
                         [&](const std::string& host) { return !special.Meets(host); });
}

bool AnyVisibleHostOnPort(View& view, absl::string_view client_ns, uint32_t port) {
  return AnyVisibleAmong(view, client_ns, view.Find<FactKind::kHostsOnPort>(absl::StrCat(port)),
                         [](const std::string&) { return true; });
}

bool IsVisibleHostOnPort(View& view, absl::string_view client_ns, absl::string_view host,
                         uint32_t port) {
  const auto* services = view.Find<FactKind::kServices>(host);
  if (services == nullptr) return false;
  bool visible = false;
  bool on_port = false;
  for (const auto& service : *services) {
    visible = visible || service->export_to.VisibleTo(client_ns);
    on_port = on_port || absl::c_any_of(service->ports, [&](const ServicePort& one) {
                return one.number == port && one.protocol != Protocol::kUdp;
              });
  }
  return visible && on_port;
}

const Rule* FindDestinationRule(View& view, absl::string_view client_ns,
                                const policy::Labels& client_labels, absl::string_view host,
                                absl::string_view service_ns) {
  const std::string& root = view.settings().config.root_namespace();
  const RuleLevel own{client_ns, client_ns, client_ns == root};
  if (const Rule* rule = FindInLevel(view, own, client_labels, host)) return rule;
  for (absl::string_view ns : {service_ns, absl::string_view(root)}) {
    if (ns.empty() || (ns == client_ns && ns != root)) continue;
    if (const Rule* rule = FindInLevel(view, {ns, client_ns, false}, client_labels, host)) {
      return rule;
    }
  }
  return nullptr;
}

const Rule* FindHashingRule(View& view, absl::string_view client_ns,
                            const policy::Labels& client_labels, absl::string_view host,
                            absl::string_view service_ns) {
  const absl::string_view root = view.settings().config.root_namespace();
  const bool hashes = HashesIn(view, client_ns, host) ||
                      (service_ns != client_ns && HashesIn(view, service_ns, host)) ||
                      (root != client_ns && root != service_ns && HashesIn(view, root, host));
  if (!hashes) return nullptr;
  const Rule* rule = FindDestinationRule(view, client_ns, client_labels, host, service_ns);
  return rule != nullptr && AsksForHashing(*rule->spec) ? rule : nullptr;
}

const policy::Object* FindMeshVirtualService(View& view, absl::string_view client_ns,
                                             absl::string_view host) {
  const MeshSettings& settings = view.settings();
  if (const policy::Object* found =
          FirstVisible(view.Find<FactKind::kMeshVirtualServices>(host), settings, client_ns)) {
    return found;
  }
  const HostList* wildcards = view.Find<FactKind::kMeshWildcardHosts>("");
  if (wildcards == nullptr) return nullptr;
  for (const std::string& wildcard : *wildcards) {
    if (wildcard == host || !HostCovers(wildcard, host)) continue;
    if (const policy::Object* found = FirstVisible(
            view.Find<FactKind::kMeshVirtualServices>(wildcard), settings, client_ns)) {
      return found;
    }
  }
  return nullptr;
}

bool NamesMeshVirtualServiceHost(View& view, absl::string_view client_ns, absl::string_view host) {
  return FirstVisible(view.Find<FactKind::kMeshVirtualServices>(host), view.settings(),
                      client_ns) != nullptr;
}

std::vector<std::string> MeshVirtualServiceHosts(View& view, absl::string_view client_ns) {
  const HostList* all = view.Find<FactKind::kMeshVirtualServiceHosts>("");
  const HostList* further = view.Find<FactKind::kMeshVirtualServiceHosts>(client_ns);
  static const HostList kNone;
  std::vector<std::string> visible;
  absl::c_merge(all == nullptr ? kNone : *all, further == nullptr ? kNone : *further,
                std::back_inserter(visible));
  return visible;
}

ExportTo ExportOfVirtualService(const policy::Object& object, const MeshSettings& settings) {
  const auto& fallback = settings.config.default_virtual_service_export_to();
  return ResolveExportTo(object.As<VirtualService>().export_to(),
                         ParseExportTo({fallback.begin(), fallback.end()}, object.key.ns),
                         object.key.ns);
}

bool SeesVirtualService(absl::string_view ns, const policy::Object& object,
                        const MeshSettings& settings) {
  const auto& words = object.As<VirtualService>().export_to();
  const auto& fallback = settings.config.default_virtual_service_export_to();
  return AnyOpens(words.empty() ? fallback : words, object.key.ns, ns);
}

BoundVirtualServices GatewayVirtualServices(View& view, absl::string_view client_ns,
                                            absl::string_view gateway) {
  const auto* bound = view.Find<FactKind::kGatewayVirtualServices>(gateway);
  BoundVirtualServices visible;
  if (bound == nullptr) return visible;
  for (const auto& listed : *bound) {
    if (listed->export_to.VisibleTo(client_ns)) visible.push_back(listed.get());
  }
  return visible;
}

std::vector<const ListedGateway*> GatewaysFor(View& view, const policy::Labels& proxy_labels) {
  std::vector<const ListedGateway*> selecting;
  const GatewayList* gateways = view.Find<FactKind::kGateways>("");
  if (gateways == nullptr) return selecting;
  for (const auto& gateway : *gateways) {
    if (AllAmong(gateway->selector, proxy_labels)) selecting.push_back(gateway.get());
  }
  return selecting;
}

std::string ResolveHost(absl::string_view host, absl::string_view ns, absl::string_view domain) {
  std::string resolved = policy::ResolveShortName(host, ns, domain);
  absl::AsciiStrToLower(&resolved);
  return resolved;
}

bool IsResolvedHost(absl::string_view host) {
  if (absl::c_any_of(host, absl::ascii_isupper)) return false;
  return absl::StrContains(host, '.') || !policy::IsShortName(host);
}

bool HostCovers(absl::string_view pattern, absl::string_view host) {
  return policy::HostCovers(pattern, host);
}

bool Selects(const policy::Labels& selector, const policy::Labels& labels) {
  return AllAmong(selector, labels);
}

}  // namespace binnacle::mesh
