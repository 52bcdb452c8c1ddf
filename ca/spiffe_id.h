// ca/spiffe_id.h
//
// A workload's name: spiffe://<trust domain>/ns/<namespace>/sa/<service account>.
//
// Threads  a value.
// Errors   kInvalidArgument, with what is wrong.
// Spec     SPIFFE ID, sections 2.1 and 2.2 (trust domain and path characters,
//          2048 bytes); the path's form is Istio's.
#pragma once

#include <compare>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace binnacle::ca {

// kInvalidArgument unless `name` can be a trust domain.
absl::Status CheckTrustDomain(absl::string_view name);

class SpiffeId {
 public:
  static absl::StatusOr<SpiffeId> Parse(absl::string_view uri);
  static absl::StatusOr<SpiffeId> Make(absl::string_view trust_domain, absl::string_view ns,
                                       absl::string_view service_account);

  const std::string& trust_domain() const { return trust_domain_; }
  const std::string& ns() const { return ns_; }
  const std::string& service_account() const { return service_account_; }
  std::string ToString() const;

  friend bool operator==(const SpiffeId&, const SpiffeId&) = default;
  friend auto operator<=>(const SpiffeId&, const SpiffeId&) = default;

 private:
  SpiffeId(std::string trust_domain, std::string ns, std::string service_account)
      : trust_domain_(std::move(trust_domain)),
        ns_(std::move(ns)),
        service_account_(std::move(service_account)) {}

  std::string trust_domain_;
  std::string ns_;
  std::string service_account_;
};

}  // namespace binnacle::ca
