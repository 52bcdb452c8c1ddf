// server/class_offer.h
//
// The Offer of one target to one class of proxies, made by the translator
// when first asked for and then the same for every stream of the class.
//
// Threads  safe to use from several threads; who asks for what another is
//          making waits for it.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "absl/base/call_once.h"
#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/class_turn.h"
#include "server/offer.h"
#include "server/push_target.h"
#include "server/refusals.h"
#include "translator/proxy_class.h"
#include "translator/translator.h"

namespace binnacle::server {

class ClassOffer final : public Offer {
 public:
  // `translator` must outlive it, and what `made` calls (with how long it took
  // to make a set). `turn` and `refusals` are the class's.
  ClassOffer(translator::Translator& translator,
             std::shared_ptr<const translator::ProxyClass> proxy, PushTarget target,
             std::shared_ptr<ClassTurn> turn, std::shared_ptr<Refusals> refusals,
             const std::function<void(absl::Duration)>& made);

  std::shared_ptr<const translator::ResourceSet> All(ResourceType type) override;
  ResourcePtr Find(ResourceType type, absl::string_view name) override;
  bool IsMade(ResourceType type) const override {
    // To go on with what was asked for costs little.
    return type == ResourceType::kVirtualHost ||
           wholes_[static_cast<size_t>(type)].is_made.load(std::memory_order_acquire);
  }
  std::optional<ClassTurn::Held> TakeTurn(const std::function<void()>& then) override {
    return turn_->Take(then);
  }
  bool Withholds(ResourceType type) const override { return refusals_->any(type); }
  Withholding Withheld(ResourceType type, absl::string_view name) const override {
    return refusals_->Lacking(type, name) ? Withholding::kForGood : Withholding::kNot;
  }
  Refusals* refusals() override { return refusals_.get(); }
  const std::shared_ptr<Refusals>& shared_refusals() const { return refusals_; }
  uint64_t revision() const override { return target_.snapshot->revision(); }
  absl::Time seen() const override { return target_.snapshot->seen(); }

  const std::shared_ptr<const translator::ProxyClass>& proxy_class() const { return proxy_; }

 private:
  struct Whole {
    absl::Mutex mu;
    std::atomic<bool> is_made{false};
    std::shared_ptr<const translator::ResourceSet> set ABSL_GUARDED_BY(mu);
    // Of which the class refuses nothing, as far as was known then.
    std::shared_ptr<const translator::ResourceSet> passed ABSL_GUARDED_BY(mu);
    uint64_t passed_at ABSL_GUARDED_BY(mu) = 0;
  };

  std::shared_ptr<const translator::ResourceSet> Make(ResourceType type, Whole& whole)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(whole.mu);
  // Before anything is given: refusals of what is no longer so are over.
  void ReviewOnce();

  translator::Translator& translator_;
  const std::shared_ptr<const translator::ProxyClass> proxy_;
  const PushTarget target_;
  const std::shared_ptr<ClassTurn> turn_;
  const std::shared_ptr<Refusals> refusals_;
  absl::once_flag reviewed_;
  const std::function<void(absl::Duration)>& made_;
  std::array<Whole, translator::kResourceTypeCount> wholes_;
};

}  // namespace binnacle::server
