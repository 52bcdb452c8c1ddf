// ca/trust_bundle.h
//
// The roots that a mesh trusts at one instant, and the check of a peer against
// them.
//
// Threads  immutable; share as shared_ptr<const TrustBundle>.
// Errors   Verify(): kUnauthenticated, with a reason for the operator (expired,
//          not yet valid, signed by nobody we trust, not a client certificate,
//          not exactly one SPIFFE ID). Which trust domain it is of, the caller
//          must see for itself.
// Spec     SPIFFE Trust Domain and Bundle, X509-SVID section 5 (validation).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "ca/certificate.h"
#include "ca/openssl.h"

namespace binnacle::ca {

class TrustBundle {
 public:
  explicit TrustBundle(std::vector<Certificate> roots);

  const std::vector<Certificate>& roots() const { return roots_; }
  const std::string& pem() const { return pem_; }          // all of them, in a stable order
  const std::string& version() const { return version_; }  // a hash of the set

  // The leaf of `chain` (leaf first, then intermediates), if it is valid at
  // `now` and leads to one of the roots.
  absl::StatusOr<Certificate> Verify(const std::vector<Certificate>& chain, absl::Time now) const;

 private:
  std::vector<Certificate> roots_;
  std::string pem_;
  std::string version_;
  X509StorePtr store_;
};

}  // namespace binnacle::ca
