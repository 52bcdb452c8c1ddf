#include "translator/translator.h"

#include <algorithm>
#include <tuple>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "mesh/view.h"
#include "translator/class_translator.h"
#include "translator/node_pod.h"
#include "translator/resource_pool.h"

namespace binnacle::translator {
namespace {

constexpr char kHostnameLabel[] = "kubernetes.io/hostname";
// The oldest that was tried with virtual hosts on demand. Those before 1.37
// refuse such routes on an aggregated stream.
constexpr EnvoyVersion kFirstWithOnDemandHosts{1, 40};

std::vector<LocalService> ServicesAt(const std::vector<std::string>& addresses, mesh::View& view) {
  std::vector<LocalService> services;
  for (const std::string& address : addresses) {
    const auto* here = view.Find<mesh::FactKind::kWorkloadServices>(address);
    if (here == nullptr) continue;
    for (const auto& [service, ports] : *here) {
      services.push_back({service->ns, service->host, ports});
    }
  }
  auto key = [](const LocalService& s) { return std::tie(s.ns, s.host, s.ports); };
  std::sort(services.begin(), services.end(),
            [&](const auto& a, const auto& b) { return key(a) < key(b); });
  services.erase(std::unique(services.begin(), services.end()), services.end());
  return services;
}

// What of a node translation may depend on, and no more.
ProxyClass ClassOf(const Node& node, mesh::View& view) {
  ProxyClass proxy;
  proxy.type = node.type;
  proxy.ns = node.ns;
  if (const auto* selected = view.Find<mesh::FactKind::kSelectedLabels>("")) {
    for (const std::string& key : *selected) {
      if (key == kHostnameLabel) proxy.node_name = node.node_name;
      if (auto it = node.labels.find(key); it != node.labels.end()) proxy.labels.insert(*it);
    }
  }
  proxy.locality = node.locality;
  proxy.network = node.network;
  proxy.cluster_id = node.cluster_id;
  proxy.envoy = node.envoy;
  proxy.agent = node.agent;
  proxy.http10 = node.http10;
  proxy.on_demand_hosts = node.on_demand_hosts && node.type == ProxyType::kSidecar &&
                          node.envoy >= kFirstWithOnDemandHosts;
  proxy.authenticated = node.authenticated && !PodContradicts(view, node);
  proxy.ipv6_only = !node.addresses.empty() &&
                    std::all_of(node.addresses.begin(), node.addresses.end(),
                                [](const auto& a) { return a.find(':') != std::string::npos; });
  proxy.services = ServicesAt(node.addresses, view);
  return proxy;
}

}  // namespace

class Translator::State {
 public:
  std::shared_ptr<const ProxyClass> Intern(ProxyClass proxy) {
    absl::MutexLock lock(&mu_);
    std::string key = proxy.Key();
    if (auto it = classes_.find(key); it != classes_.end()) {
      if (auto held = it->second.proxy.lock()) return held;
    }
    DropUnheldLocked();
    auto made = std::make_shared<const ProxyClass>(std::move(proxy));
    auto translator = NewLocked(*made);
    by_address_[made.get()] = translator;
    classes_[std::move(key)] = {made, made.get(), std::move(translator)};
    return made;
  }

  // For a class that Classify() did not make, a translator that remembers
  // nothing for later.
  std::shared_ptr<ClassTranslator> For(const ProxyClass& proxy) {
    absl::MutexLock lock(&mu_);
    if (auto it = by_address_.find(&proxy);
        it != by_address_.end() && *it->second->proxy() == proxy) {
      return it->second;
    }
    return NewLocked(proxy);
  }

  Counts counts() {
    absl::MutexLock lock(&mu_);
    Counts sum = dropped_;
    for (const auto& [key, held] : classes_) Add(held.translator->counts(), sum);
    for (const auto& [key, weak] : common_) {
      if (auto common = weak.lock()) Add(common->counts(), sum);
    }
    return sum;
  }

 private:
  struct Held {
    std::weak_ptr<const ProxyClass> proxy;
    const ProxyClass* address = nullptr;
    std::shared_ptr<ClassTranslator> translator;
  };

  static void Add(const MemoCounts& counts, Counts& sum) {
    sum.hits += counts.hits;
    sum.builds += counts.builds;
  }

  // The translator of a class must not keep the class alive by itself: it has a
  // copy.
  std::shared_ptr<ClassTranslator> NewLocked(const ProxyClass& proxy)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return std::make_shared<ClassTranslator>(std::make_shared<const ProxyClass>(proxy), pool_,
                                             CommonLocked(proxy));
  }

  // Of all sidecars that differ from this one only in the services at them.
  std::shared_ptr<ClassTranslator> CommonLocked(const ProxyClass& proxy)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (proxy.type != ProxyType::kSidecar) return nullptr;
    ProxyClass outbound = proxy;
    outbound.services.clear();
    std::weak_ptr<ClassTranslator>& known = common_[outbound.Key()];
    std::shared_ptr<ClassTranslator> common = known.lock();
    if (common == nullptr) {
      common = std::make_shared<ClassTranslator>(
          std::make_shared<const ProxyClass>(std::move(outbound)), pool_, nullptr);
      known = common;
    }
    return common;
  }

  void DropUnheldLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    absl::erase_if(classes_, [&](const auto& entry) {
      mu_.AssertHeld();
      if (!entry.second.proxy.expired()) return false;
      Add(entry.second.translator->counts(), dropped_);
      by_address_.erase(entry.second.address);
      return true;
    });
    absl::erase_if(common_, [&](const auto& entry) { return entry.second.expired(); });
  }

  ResourcePool pool_;
  absl::Mutex mu_;
  absl::flat_hash_map<std::string, Held> classes_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<const ProxyClass*, std::shared_ptr<ClassTranslator>> by_address_
      ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<std::string, std::weak_ptr<ClassTranslator>> common_ ABSL_GUARDED_BY(mu_);
  Counts dropped_ ABSL_GUARDED_BY(mu_);
};

Translator::Translator() : state_(std::make_unique<State>()) {}
Translator::~Translator() = default;

std::shared_ptr<const ProxyClass> Translator::Classify(const Node& node,
                                                       const mesh::Snapshot& snapshot) {
  mesh::View view(snapshot);
  return state_->Intern(ClassOf(node, view));
}

std::shared_ptr<const ResourceSet> Translator::All(ResourceType type, const ProxyClass& proxy,
                                                   const mesh::Snapshot& snapshot) {
  return state_->For(proxy)->All(type, snapshot);
}

ResourcePtr Translator::Find(ResourceType type, absl::string_view name, const ProxyClass& proxy,
                             const mesh::Snapshot& snapshot) {
  return state_->For(proxy)->Find(type, name, snapshot);
}

std::shared_ptr<const std::vector<CredentialFault>> Translator::CredentialFaults(
    const ProxyClass& proxy, const mesh::Snapshot& snapshot) {
  return state_->For(proxy)->CredentialFaults(snapshot);
}

Translator::Counts Translator::counts() const { return state_->counts(); }

}  // namespace binnacle::translator
