// server/credential_ledger.h
//
// What connected gateways lack of the secrets that their Gateways name. Tells of
// each change once, in the log.
//
// Threads  safe to call from any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "translator/credential_fault.h"
#include "translator/proxy_class.h"

namespace binnacle::server {

class CredentialLedger {
 public:
  using Faults = std::vector<translator::CredentialFault>;

  // Of one class of gateways, in the snapshot of that revision.
  void Note(const std::shared_ptr<const translator::ProxyClass>& proxy, uint64_t revision,
            std::shared_ptr<const Faults> faults) ABSL_LOCKS_EXCLUDED(mu_);

  // Of all classes that have proxies, each once, by Gateway.
  Faults list() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  struct Noted {
    std::weak_ptr<const translator::ProxyClass> proxy;
    uint64_t revision = 0;
    std::shared_ptr<const Faults> faults;
  };
  // By what makes two of them the same for people: Gateway, server, port,
  // namespace, credential, reason.
  using Key =
      std::tuple<policy::ObjectKey, std::string, uint32_t, std::string, std::string, std::string>;
  using Distinct = std::map<Key, translator::CredentialFault>;

  Distinct DistinctLocked() const ABSL_SHARED_LOCKS_REQUIRED(mu_);
  void TellLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  mutable absl::Mutex mu_;
  absl::flat_hash_map<const translator::ProxyClass*, Noted> noted_ ABSL_GUARDED_BY(mu_);
  Distinct told_ ABSL_GUARDED_BY(mu_);
};

}  // namespace binnacle::server
