#include "server/class_offer.h"

#include <chrono>
#include <utility>

namespace binnacle::server {

ClassOffer::ClassOffer(translator::Translator& translator,
                       std::shared_ptr<const translator::ProxyClass> proxy, PushTarget target,
                       std::shared_ptr<ClassTurn> turn, std::shared_ptr<Refusals> refusals,
                       const std::function<void(absl::Duration)>& made)
    : translator_(translator),
      proxy_(std::move(proxy)),
      target_(std::move(target)),
      turn_(std::move(turn)),
      refusals_(std::move(refusals)),
      made_(made) {}

void ClassOffer::ReviewOnce() {
  absl::call_once(reviewed_, [this] {
    refusals_->Review([this](ResourceType type, const std::string& name) {
      return translator_.Find(type, name, *proxy_, *target_.snapshot);
    });
  });
}

std::shared_ptr<const translator::ResourceSet> ClassOffer::Make(ResourceType type, Whole& whole) {
  if (whole.set != nullptr) return whole.set;
  const auto start = std::chrono::steady_clock::now();
  whole.set = translator_.All(type, *proxy_, *target_.snapshot);
  whole.is_made.store(true, std::memory_order_release);
  if (made_) made_(absl::FromChrono(std::chrono::steady_clock::now() - start));
  return whole.set;
}

std::shared_ptr<const translator::ResourceSet> ClassOffer::All(ResourceType type) {
  ReviewOnce();
  Whole& whole = wholes_[static_cast<size_t>(type)];
  absl::MutexLock lock(&whole.mu);
  auto set = Make(type, whole);
  if (!refusals_->any(type)) return set;
  const uint64_t generation = refusals_->generation();
  if (whole.passed == nullptr || whole.passed_at != generation) {
    whole.passed = refusals_->Pass(type, std::move(set));
    whole.passed_at = generation;
  }
  return whole.passed;
}

ResourcePtr ClassOffer::Find(ResourceType type, absl::string_view name) {
  // Roots are public, and nothing that policy decides.
  if (type == ResourceType::kSecret && name == kTrustBundleName) return target_.trust_bundle;
  ReviewOnce();
  return refusals_->Pass(translator_.Find(type, name, *proxy_, *target_.snapshot));
}

}  // namespace binnacle::server
