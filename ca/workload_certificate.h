// ca/workload_certificate.h
//
// A workload's key and the certificate for it, as a certificate service answered,
// once it has been checked.
//
// Threads  immutable once read; share as shared_ptr<const WorkloadCertificate>.
// Errors   Read(): kInternal: what came back cannot be used (no certificate,
//          for another key, expired, leads to none of the roots beside it).
// Spec     policy facts, section 4.12: leaf, intermediates, roots last.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ca/certificate.h"
#include "ca/private_key.h"

namespace binnacle::ca {

struct WorkloadCertificate {
  static absl::StatusOr<std::shared_ptr<const WorkloadCertificate>> Read(
      PrivateKey key, const std::vector<std::string>& answer, absl::Time now);

  PrivateKey key;
  std::vector<Certificate> chain;  // the leaf, then intermediates
  std::vector<Certificate> roots;
  absl::Time received;

  const Certificate& leaf() const { return chain.front(); }
  std::string ChainPem() const;
  bool ValidAt(absl::Time now) const { return now < leaf().not_after(); }
  // Its SPIFFE ID, or what it has instead; for the log.
  std::string name() const;
};

using WorkloadCertificatePtr = std::shared_ptr<const WorkloadCertificate>;

}  // namespace binnacle::ca
