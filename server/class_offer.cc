#include "server/class_offer.h"

#include <utility>

namespace binnacle::server {

ClassOffer::ClassOffer(translator::Translator& translator,
                       std::shared_ptr<const translator::ProxyClass> proxy, PushTarget target)
    : translator_(translator), proxy_(std::move(proxy)), target_(std::move(target)) {}

std::shared_ptr<const translator::ResourceSet> ClassOffer::All(ResourceType type) {
  Whole& whole = wholes_[static_cast<size_t>(type)];
  absl::MutexLock lock(&whole.mu);
  if (whole.set == nullptr) whole.set = translator_.All(type, *proxy_, *target_.snapshot);
  return whole.set;
}

ResourcePtr ClassOffer::Find(ResourceType type, absl::string_view name) {
  // Roots are public, and nothing that policy decides.
  if (type == ResourceType::kSecret && name == kTrustBundleName) return target_.trust_bundle;
  return translator_.Find(type, name, *proxy_, *target_.snapshot);
}

std::shared_ptr<const translator::References> ClassOffer::ReferencesOf(
    const ResourcePtr& resource) {
  {
    absl::MutexLock lock(&mu_);
    if (auto it = references_.find(resource); it != references_.end()) return it->second;
  }
  auto references = std::make_shared<translator::References>();
  translator::AddReferences(*resource, *references);
  absl::MutexLock lock(&mu_);
  return references_.emplace(resource, std::move(references)).first->second;
}

}  // namespace binnacle::server
