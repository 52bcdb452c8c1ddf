// agent/secret_store.h
//
// The secrets that the local Envoy may ask for, by name, each as serialised
// Envoy Secret.
//
// Threads  safe to call from any thread. Watchers run on the thread of whoever
//          puts, one at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "ca/secret_text.h"

namespace binnacle::agent {

struct Secret {
  std::string name;
  std::string version;      // a hash of the resource
  ca::SecretText resource;  // envoy.extensions.transport_sockets.tls.v3.Secret
};
using SecretPtr = std::shared_ptr<const Secret>;

class SecretStore {
 public:
  // Returns the secret's version. Watchers are told if it is another one.
  std::string Put(const std::string& name, ca::SecretText resource)
      ABSL_LOCKS_EXCLUDED(mu_, watchers_mu_);
  // Nobody is told: who holds it keeps it.
  void Remove(const std::string& name) ABSL_LOCKS_EXCLUDED(mu_);
  // nullptr: there is none (yet).
  SecretPtr Find(const std::string& name) const ABSL_LOCKS_EXCLUDED(mu_);

  // Calls `changed` after each change, until Unwatch() has returned.
  uint64_t Watch(std::function<void()> changed) ABSL_LOCKS_EXCLUDED(watchers_mu_);
  void Unwatch(uint64_t watcher) ABSL_LOCKS_EXCLUDED(watchers_mu_);

 private:
  mutable absl::Mutex mu_;
  std::map<std::string, SecretPtr> secrets_ ABSL_GUARDED_BY(mu_);
  absl::Mutex watchers_mu_;  // held while watchers run
  std::map<uint64_t, std::function<void()>> watchers_ ABSL_GUARDED_BY(watchers_mu_);
  uint64_t last_watcher_ ABSL_GUARDED_BY(watchers_mu_) = 0;
};

}  // namespace binnacle::agent
