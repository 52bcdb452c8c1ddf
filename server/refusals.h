// server/refusals.h
//
// What one class of proxies has been found to refuse: parts of resources, each
// in one version. They are withheld from the class, and what it acknowledged
// before is offered in their place.
//
// One proxy's word is enough to withhold, and one other proxy's acknowledgement
// of the same version to offer it again: then the first one's environment is to
// blame (a limit of its own, a file that it lacks), and it alone goes without.
// Proxies also tell what they hold of such a name, which is how a version to
// fall back on is found.
//
// A refusal ends when translation gives another version of the part, or none.
//
// Threads  safe to call from several threads.
// Spec     design section 3: a rejected resource is contained.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/offer.h"
#include "server/resource_part.h"
#include "translator/proxy_class.h"

namespace binnacle::server {

struct Refusal {
  ResourceType type = ResourceType::kCluster;
  std::string resource;  // its name
  ResourcePart part;
  std::string reason;                       // in the proxy's words
  std::string proxy;                        // the first that refused it
  absl::Time since = absl::InfinitePast();  // Note() takes now for that
  translator::Origins origins;              // the policy objects that shaped the part
  bool withheld = true;                     // false: others of the class have accepted it
};

class Refusals {
 public:
  // So many at once, per class: a proxy that refuses more is itself at fault.
  static constexpr size_t kMost = 64;

  explicit Refusals(std::shared_ptr<const translator::ProxyClass> proxy = nullptr)
      : proxy_(std::move(proxy)) {}

  // A proxy has refused `refusal.part` of `resource`; `before` is what it had
  // acknowledged under that name, nullptr if nothing. True if that is news.
  bool Note(Refusal refusal, const ResourcePtr& before) ABSL_LOCKS_EXCLUDED(mu_);
  // A proxy of the class holds this, and has acknowledged it. True if that
  // changes what is withheld.
  bool Acknowledged(const translator::ResourcePtr& resource) ABSL_LOCKS_EXCLUDED(mu_);

  // Rises with every change of what is withheld.
  uint64_t generation() const { return generation_.load(std::memory_order_acquire); }
  // Cheap: whether anything of that type has been refused at all.
  bool any(ResourceType type) const {
    return counts_[static_cast<size_t>(type)].load(std::memory_order_acquire) != 0;
  }
  std::vector<std::string> Names(ResourceType type) const ABSL_LOCKS_EXCLUDED(mu_);
  // Resources that the class cannot have in any version.
  std::vector<std::string> Missing(ResourceType type) const ABSL_LOCKS_EXCLUDED(mu_);
  bool Refused(ResourceType type, absl::string_view resource, const ResourcePart& part) const
      ABSL_LOCKS_EXCLUDED(mu_);

  // What the class gets of what translation gives.
  ResourcePtr Pass(const ResourcePtr& resource) ABSL_LOCKS_EXCLUDED(mu_);
  std::shared_ptr<const translator::ResourceSet> Pass(
      ResourceType type, std::shared_ptr<const translator::ResourceSet> all)
      ABSL_LOCKS_EXCLUDED(mu_);
  // Of that name there is nothing, or not all, to give: who has an earlier
  // version keeps it.
  bool Lacking(ResourceType type, absl::string_view name) const ABSL_LOCKS_EXCLUDED(mu_);

  // Ends what is over. `find` gives a resource as translation makes it now.
  void Review(const std::function<ResourcePtr(ResourceType, const std::string&)>& find)
      ABSL_LOCKS_EXCLUDED(mu_);

  std::vector<Refusal> list() const ABSL_LOCKS_EXCLUDED(mu_);
  // nullptr in tests of this alone.
  const std::shared_ptr<const translator::ProxyClass>& proxy_class() const { return proxy_; }

 private:
  // All that is refused under one name.
  struct Case {
    Substitution substitution;
    std::map<std::string, Refusal> parts;
    // What it last came to, as many streams ask for the same.
    ResourcePtr asked;
    Substitute answer;
  };
  using Cases = std::map<std::string, Case, std::less<>>;

  Cases& At(ResourceType type) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return cases_[static_cast<size_t>(type)];
  }
  const Cases& At(ResourceType type) const ABSL_SHARED_LOCKS_REQUIRED(mu_) {
    return cases_[static_cast<size_t>(type)];
  }
  const Substitute& Answer(Case& open, const ResourcePtr& resource)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Changed(Case& open) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Count() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::shared_ptr<const translator::ProxyClass> proxy_;
  std::atomic<uint64_t> generation_{0};
  std::array<std::atomic<size_t>, translator::kResourceTypeCount> counts_{};
  mutable absl::Mutex mu_;
  std::array<Cases, translator::kResourceTypeCount> cases_ ABSL_GUARDED_BY(mu_);
  size_t size_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace binnacle::server
