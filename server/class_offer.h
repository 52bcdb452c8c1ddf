// server/class_offer.h
//
// The Offer of one target to one class of proxies, made by the translator
// when first asked for and then the same for every stream of the class.
//
// Threads  safe to use from several threads; who asks for what another is
//          making waits for it.
#pragma once

#include <array>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "server/offer.h"
#include "server/push_target.h"
#include "translator/proxy_class.h"
#include "translator/translator.h"

namespace binnacle::server {

class ClassOffer final : public Offer {
 public:
  // `translator` must outlive it.
  ClassOffer(translator::Translator& translator,
             std::shared_ptr<const translator::ProxyClass> proxy, PushTarget target);

  std::shared_ptr<const translator::ResourceSet> All(ResourceType type) override;
  ResourcePtr Find(ResourceType type, absl::string_view name) override;
  std::shared_ptr<const translator::References> ReferencesOf(const ResourcePtr& resource) override
      ABSL_LOCKS_EXCLUDED(mu_);
  uint64_t revision() const override { return target_.snapshot->revision(); }
  absl::Time seen() const override { return target_.snapshot->seen(); }

  const std::shared_ptr<const translator::ProxyClass>& proxy_class() const { return proxy_; }

 private:
  struct Whole {
    absl::Mutex mu;
    std::shared_ptr<const translator::ResourceSet> set ABSL_GUARDED_BY(mu);
  };

  translator::Translator& translator_;
  const std::shared_ptr<const translator::ProxyClass> proxy_;
  const PushTarget target_;
  std::array<Whole, translator::kResourceTypeCount> wholes_;
  absl::Mutex mu_;
  // Keeps the resource, so that its address is not used again.
  absl::flat_hash_map<ResourcePtr, std::shared_ptr<const translator::References>> references_
      ABSL_GUARDED_BY(mu_);
};

}  // namespace binnacle::server
