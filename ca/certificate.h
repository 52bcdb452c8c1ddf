// ca/certificate.h
//
// An X.509 certificate that has been read. Nothing about it is trusted yet:
// see trust_bundle.h.
//
// Threads  immutable; copies share the certificate itself.
// Errors   kInvalidArgument: text that is no certificate, or more than asked.
// Spec     RFC 5280.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "ca/certificate_der.h"
#include "ca/openssl.h"
#include "ca/spiffe_id.h"

namespace binnacle::ca {

class Certificate {
 public:
  // Exactly one, and nothing else but white space and comments around it.
  static absl::StatusOr<Certificate> FromPem(absl::string_view pem);
  // One or more.
  static absl::StatusOr<std::vector<Certificate>> ListFromPem(absl::string_view pem);
  static absl::StatusOr<Certificate> FromDer(std::string der);
  // One that was made here: OpenSSL reads it when x509() asks for it first, and
  // not before, as that takes longer than to sign it.
  static absl::StatusOr<Certificate> FromOwnDer(std::string der);

  const std::string& pem() const { return shared_->pem; }
  const std::string& der() const { return shared_->der; }
  const std::string& serial() const { return shared_->serial; }            // lower-case hex
  const std::string& fingerprint() const { return shared_->fingerprint; }  // SHA-256, hex
  const std::string& subject() const { return shared_->subject; }          // RFC 2253
  absl::Time not_before() const { return parts().not_before; }
  absl::Time not_after() const { return parts().not_after; }
  const std::vector<std::string>& uri_names() const { return shared_->uri_names; }
  const std::vector<std::string>& dns_names() const { return shared_->dns_names; }
  bool is_authority() const { return shared_->is_authority; }
  // kInvalidArgument unless it has exactly one URI name, which is a SPIFFE ID.
  absl::StatusOr<SpiffeId> spiffe_id() const;
  X509* x509() const { return shared_->x509(); }
  // In der(), which lives as long as any copy of this.
  const CertificateDer& parts() const { return shared_->parts; }

  friend bool operator==(const Certificate& a, const Certificate& b) {
    return a.fingerprint() == b.fingerprint();
  }

 private:
  struct Read {
    X509* x509() const;

    std::string der;
    CertificateDer parts;  // of `der`
    std::string pem;
    std::string serial;
    std::string fingerprint;
    std::string subject;
    std::vector<std::string> uri_names;
    std::vector<std::string> dns_names;
    bool is_authority = false;

   private:
    mutable std::once_flag once_;
    mutable X509Ptr x509_;
  };

  explicit Certificate(std::shared_ptr<const Read> shared) : shared_(std::move(shared)) {}

  std::shared_ptr<const Read> shared_;
};

}  // namespace binnacle::ca
