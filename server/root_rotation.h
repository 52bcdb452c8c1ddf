// server/root_rotation.h
//
// Takes the authority from one root to the next, a step at a time, each only
// when what is known allows it: who has acknowledged the new trust bundle, and
// which certificates are still valid. No step is taken because time has passed.
//
// A holder is whoever has a certificate that is still valid: a node, as its
// agent named itself when it asked, or an identity where the agent named no
// node. It trusts the new root once its agent has acknowledged the bundle that
// has it; or, where its agent asks for no bundle, once it has been given a
// certificate since (the answer brings the bundle along). A holder that is not connected is waited
// for too, until its certificate expires, unless the operator says to go on without it.
//
// Threads  one, apart from waiting().
// Spec     design section 3 (secure as delivered).
#pragma once

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "ca/authority.h"
#include "ca/clock.h"
#include "ca/issuance_log.h"
#include "server/proxy_stream.h"

namespace binnacle::server {

// Somebody who stands between the authority and its next step.
struct Holder {
  std::string name;      // node id, or SPIFFE ID
  std::string identity;  // SPIFFE ID
  bool connected = false;
  absl::Time expires;  // of its last certificate
};

class RootRotation {
 public:
  // All outlive it.
  RootRotation(ca::Authority& authority, ca::IssuanceLog& log, const ca::Clock& clock)
      : authority_(authority), log_(log), clock_(clock) {}

  // Takes the next step if it may be taken. `streams`: of everybody who is
  // connected; `bundle`: the version that is being sent to them. True if a step
  // was taken.
  absl::StatusOr<bool> Advance(const std::vector<StreamReport>& streams, const std::string& bundle)
      ABSL_LOCKS_EXCLUDED(mu_);

  // From now on the holders that are not connected are not waited for, in this
  // rotation.
  void LeaveOutAbsent() ABSL_LOCKS_EXCLUDED(mu_);

  // Who was waited for when Advance() was last called.
  std::vector<Holder> waiting() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void NoteAcknowledged(const std::vector<StreamReport>& streams, const std::string& bundle)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Status FindUntrusting(const std::vector<StreamReport>& streams, absl::Time since)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Status FindDependent(const std::vector<StreamReport>& streams,
                             const std::vector<std::string>& issuers)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  ca::Authority& authority_;
  ca::IssuanceLog& log_;
  const ca::Clock& clock_;

  mutable absl::Mutex mu_;
  std::string bundle_ ABSL_GUARDED_BY(mu_);  // which `acknowledged_` is about
  absl::flat_hash_set<std::string> acknowledged_ ABSL_GUARDED_BY(mu_);  // node ids
  bool leave_out_absent_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<Holder> waiting_ ABSL_GUARDED_BY(mu_);
};

}  // namespace binnacle::server
