// ca/authority.h
//
// The certificate authority of a mesh: roots, the key that signs, and what may
// be done with them.
//
// Roots change in steps, and each step is one atomic write of one file, so that
// a crash leaves one of them whole:
//
//   steady       one issuer signs; its root is the bundle
//   introducing  a second issuer is known and its root is in the bundle, but
//                nothing is signed with it: everybody must trust it first
//   retiring     the new issuer signs; the old root stays in the bundle until
//                the last certificate under it has expired; the key of the old
//                issuer is gone already
//
// Whoever drives the steps (the server) knows who has acknowledged which bundle
// and what has expired; the authority only refuses steps out of order.
//
// Without plugged-in certificates the root is made at the first start. With
// them, files in another directory are the issuer (ca-cert.pem, ca-key.pem,
// cert-chain.pem, root-cert.pem), and new files there are what introduces the
// next one. Files that change the set of roots in any way take these steps; only
// with the same set does a new issuer sign at once.
//
// Threads  all safe to call from any thread; Issue...() run side by side.
// Errors   Open(): kDataLoss: the stored state is damaged, or gone although
//          certificates have been issued (never a silent new root);
//          kFailedPrecondition: plugged-in files do not fit together, or keys
//          that others may read. Steps: kFailedPrecondition when out of order.
//          Whatever cannot be stored does not happen: the storage's error.
// Spec     SPIFFE X509-SVID, sections 2 to 4; RFC 5280.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "ca/authority_state.h"
#include "ca/certificate.h"
#include "ca/certificate_request.h"
#include "ca/clock.h"
#include "ca/issuer.h"
#include "ca/private_key.h"
#include "ca/spiffe_id.h"
#include "ca/storage.h"
#include "ca/trust_bundle.h"

namespace binnacle::ca {

struct AuthorityOptions {
  std::string trust_domain = "cluster.local";
  KeyAlgorithm root_algorithm = KeyAlgorithm::kEcP256;
  absl::Duration root_lifetime = absl::Hours(24 * 3650);
  absl::Duration default_lifetime = absl::Hours(24);
  absl::Duration max_lifetime = absl::Hours(24 * 90);  // longer wishes are cut to this
  std::string plugged_in_dir;                          // empty: a root of its own
  // Something was issued before: then a state that is gone is a loss.
  bool expect_state = false;
};

struct Issued {
  Certificate certificate;
  // Leaf, intermediates, and then the roots of the bundle, each PEM by itself;
  // last the root that this leaf leads to.
  std::vector<std::string> chain;
  std::string issuer_fingerprint;  // of the issuing certificate
};

struct AuthorityStatus {
  bool plugged_in = false;
  RotationPhase phase = RotationPhase::kSteady;
  Certificate issuer;                          // signs now
  std::vector<Certificate> intermediates;      // of the issuer, towards the root
  std::vector<Certificate> roots;              // of the issuer
  std::vector<Certificate> incoming;           // roots being introduced
  std::optional<std::string> incoming_issuer;  // its fingerprint
  std::vector<Certificate> retiring;           // roots to be dropped
  std::vector<std::string> retiring_issuers;   // fingerprints of who signed under them
  absl::Time phase_since;
};

class Authority {
 public:
  // `storage` and `clock` must outlive it.
  static absl::StatusOr<std::unique_ptr<Authority>> Open(AuthorityOptions options, Storage& storage,
                                                         const Clock& clock);
  ~Authority();

  // A certificate for a workload. `lifetime` zero or less: the default. It never
  // outlives the issuer. Checked against the spec before it is given out.
  absl::StatusOr<Issued> IssueSvid(const CertificateRequest& request, const SpiffeId& id,
                                   absl::Duration lifetime) const;
  // For the server itself: DNS (and IP address) names, no SPIFFE ID of a workload.
  absl::StatusOr<Issued> IssueServing(const PrivateKey& key, const std::vector<std::string>& names,
                                      absl::Duration lifetime) const;

  std::shared_ptr<const TrustBundle> bundle() const;
  AuthorityStatus status() const;
  const AuthorityOptions& options() const { return options_; }

  // steady -> introducing, with a new root of its own. With plugged-in
  // certificates: kFailedPrecondition, as new files are what begins it.
  absl::Status Introduce();
  // Looks at the plugged-in files. True if they had changed and a step was
  // taken: the same root goes on with its new issuer at once; another root is
  // introduced. kFailedPrecondition: they do not fit together, or bring another
  // root while one is being retired; nothing changes. Without plugged-in
  // certificates: false.
  absl::StatusOr<bool> ReloadPluggedIn();
  // introducing -> retiring (steady, if no root is dropped). The caller vouches
  // that everybody trusts the new one. The old issuer's key is destroyed.
  absl::Status Activate();
  // introducing -> steady, as before.
  absl::Status Abandon();
  // retiring -> steady. The caller vouches that nobody needs the old root.
  absl::Status Retire();

 private:
  struct Current;
  Authority(AuthorityOptions options, Storage& storage, const Clock& clock);

  absl::Status Load() ABSL_EXCLUSIVE_LOCKS_REQUIRED(step_mu_);
  absl::StatusOr<AuthorityState> FirstState() const;
  absl::StatusOr<AuthorityState> StoredOrFirstState(bool* stored) const;
  // Stores it, and only then goes on with it.
  absl::Status Take(AuthorityState next) ABSL_EXCLUSIVE_LOCKS_REQUIRED(step_mu_);
  absl::Status TakeUpAtStart() ABSL_EXCLUSIVE_LOCKS_REQUIRED(step_mu_);
  absl::StatusOr<bool> TakeUp(Issuer wanted) ABSL_EXCLUSIVE_LOCKS_REQUIRED(step_mu_);
  std::shared_ptr<const Current> current() const ABSL_LOCKS_EXCLUDED(mu_);

  const AuthorityOptions options_;
  Storage& storage_;
  const Clock& clock_;
  // Held for a whole step, with its write; mu_ only to change a pointer, so that
  // signing never waits for a disk.
  absl::Mutex step_mu_ ABSL_ACQUIRED_BEFORE(mu_);
  mutable absl::Mutex mu_;
  std::shared_ptr<const Current> current_ ABSL_GUARDED_BY(mu_);
};

}  // namespace binnacle::ca
