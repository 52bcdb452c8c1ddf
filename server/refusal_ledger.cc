#include "server/refusal_ledger.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"

namespace binnacle::server {

using translator::ProxyClass;

std::shared_ptr<Refusals> RefusalLedger::Of(const std::shared_ptr<const ProxyClass>& proxy) {
  absl::MutexLock lock(&mu_);
  if (known_.size() >= sweep_at_) {
    absl::erase_if(known_, [](const auto& entry) { return entry.second.expired(); });
    sweep_at_ = std::max<size_t>(64, 2 * known_.size());
  }
  std::weak_ptr<Refusals>& known = known_[proxy.get()];
  std::shared_ptr<Refusals> refusals = known.lock();
  if (refusals == nullptr) known = refusals = std::make_shared<Refusals>(proxy);
  return refusals;
}

void RefusalLedger::Keep(const std::shared_ptr<Refusals>& refusals, absl::Time now) {
  absl::MutexLock lock(&mu_);
  kept_[refusals->proxy_class().get()] = {refusals, now};
  if (kept_.size() > kMostClasses) DropOldest();
}

void RefusalLedger::DropOldest() {
  const auto oldest = absl::c_min_element(
      kept_, [](const auto& a, const auto& b) { return a.second.seen < b.second.seen; });
  kept_.erase(oldest);
}

std::vector<std::shared_ptr<Refusals>> RefusalLedger::All() const {
  absl::MutexLock lock(&mu_);
  std::vector<std::shared_ptr<Refusals>> all;
  all.reserve(kept_.size());
  for (const auto& [proxy, kept] : kept_) all.push_back(kept.refusals);
  return all;
}

void RefusalLedger::Review(translator::Translator& translator, const mesh::Snapshot& snapshot,
                           absl::Time now) {
  for (const auto& refusals : All()) {
    refusals->Review([&](ResourceType type, const std::string& name) {
      return translator.Find(type, name, *refusals->proxy_class(), snapshot);
    });
  }
  absl::MutexLock lock(&mu_);
  absl::erase_if(kept_, [&](auto& entry) {
    Kept& kept = entry.second;
    if (kept.refusals.use_count() > 1) kept.seen = now;
    return kept.refusals->list().empty() || now - kept.seen > kMemory;
  });
}

std::vector<Refusal> RefusalLedger::list() const {
  std::vector<Refusal> all;
  for (const auto& refusals : All()) {
    for (Refusal& refusal : refusals->list()) all.push_back(std::move(refusal));
  }
  return all;
}

}  // namespace binnacle::server
