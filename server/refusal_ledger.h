// server/refusal_ledger.h
//
// The refusals of every class of proxies. A class is known while proxies of it
// are connected; one that has refused something also while they are away, so
// that they find on their return what was withheld from them.
//
// Threads  safe to call from any thread. Review() computes: translation pool
//          only.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "mesh/snapshot.h"
#include "server/refusals.h"
#include "translator/proxy_class.h"
#include "translator/translator.h"

namespace binnacle::server {

class RefusalLedger {
 public:
  // With refusals; the one that has been away longest is forgotten first.
  static constexpr size_t kMostClasses = 256;
  // Of a class without a proxy refusals are kept for so long.
  static constexpr absl::Duration kMemory = absl::Hours(1);

  std::shared_ptr<Refusals> Of(const std::shared_ptr<const translator::ProxyClass>& proxy)
      ABSL_LOCKS_EXCLUDED(mu_);
  // It has refused something.
  void Keep(const std::shared_ptr<Refusals>& refusals, absl::Time now) ABSL_LOCKS_EXCLUDED(mu_);
  // Ends, in every class, what is over in `snapshot`.
  void Review(translator::Translator& translator, const mesh::Snapshot& snapshot, absl::Time now)
      ABSL_LOCKS_EXCLUDED(mu_);

  // Of all classes.
  std::vector<Refusal> list() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  struct Kept {
    std::shared_ptr<Refusals> refusals;
    absl::Time seen;  // when a proxy of the class was last known to be there
  };

  std::vector<std::shared_ptr<Refusals>> All() const ABSL_LOCKS_EXCLUDED(mu_);
  void DropOldest() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  mutable absl::Mutex mu_;
  // The pointers are those of the Refusals' own classes, which keep them valid.
  absl::flat_hash_map<const translator::ProxyClass*, std::weak_ptr<Refusals>> known_
      ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<const translator::ProxyClass*, Kept> kept_ ABSL_GUARDED_BY(mu_);
  size_t sweep_at_ ABSL_GUARDED_BY(mu_) = 64;
};

}  // namespace binnacle::server
