// agent/trust.h
//
// Which roots the agent trusts: at first those of a file, then the bundle that
// the control plane, checked against them, has sent. Publishes the bundle to
// the local Envoy as the secret `ROOTCA`.
//
// A control plane is checked against the bundle; and against the file too, once
// the file is another than at the start: whoever wrote it vouches for it, and
// an agent that was cut off during a change of roots finds back that way.
//
// Threads  safe to call from any thread.
// Errors   Open(), Take(): kInvalidArgument for what holds no certificates, or
//          one that is no authority.
#pragma once

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "agent/secret_store.h"
#include "ca/trust_bundle.h"
#include "ca/workload_certificate.h"

namespace binnacle::agent {

class Trust {
 public:
  // `store` outlives it.
  static absl::StatusOr<std::unique_ptr<Trust>> Open(const std::string& root_file,
                                                     SecretStore& store);

  // PEM of the roots that the control plane's own certificate must lead to.
  std::string ForServer() ABSL_LOCKS_EXCLUDED(mu_);

  // The control plane's bundle. Returns the version of `ROOTCA` that holds it.
  absl::StatusOr<std::string> Take(absl::string_view pem) ABSL_LOCKS_EXCLUDED(mu_);
  // The roots beside a new certificate, which are the bundle of the moment it
  // was signed: whoever was given them counts as trusting them. They are added,
  // so that an answer that was overtaken by a newer bundle takes nothing away.
  void TakeRootsOf(const ca::WorkloadCertificate& certificate) ABSL_LOCKS_EXCLUDED(mu_);

  // nullptr before there is one.
  std::shared_ptr<const ca::TrustBundle> bundle() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  Trust(std::string root_file, std::string content, SecretStore& store)
      : root_file_(std::move(root_file)),
        first_content_(content),
        content_(std::move(content)),
        store_(store) {}

  std::string PublishLocked(std::vector<ca::Certificate> roots) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::string root_file_;
  const std::string first_content_;
  mutable absl::Mutex mu_;
  std::string content_ ABSL_GUARDED_BY(mu_);  // of the file, when it last was sound
  SecretStore& store_;
  std::shared_ptr<const ca::TrustBundle> bundle_ ABSL_GUARDED_BY(mu_);
};

}  // namespace binnacle::agent
