// tests/server/signed_workload.h
//
// A workload's key with a certificate from an authority.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "ca/authority.h"
#include "ca/certificate_request.h"
#include "ca/issuance_log.h"
#include "catch2/catch.hpp"

namespace binnacle::server {

struct SignedWorkload {
  ca::PrivateKey key;
  ca::Issued issued;
};

inline SignedWorkload Sign(const ca::Authority& authority, const std::string& ns,
                           const std::string& service_account,
                           absl::Duration lifetime = absl::ZeroDuration(),
                           const std::string& trust_domain = "cluster.local") {
  auto key = ca::PrivateKey::Generate(ca::KeyAlgorithm::kEcP256);
  REQUIRE(key.ok());
  const auto id = ca::SpiffeId::Make(trust_domain, ns, service_account);
  REQUIRE(id.ok());
  const auto pem = ca::CertificateRequest::Make(*key, *id);
  REQUIRE(pem.ok());
  const auto request = ca::CertificateRequest::Parse(*pem);
  REQUIRE(request.ok());
  auto issued = authority.IssueSvid(*request, *id, lifetime);
  REQUIRE(issued.ok());
  return {*std::move(key), *std::move(issued)};
}

// What the certificate service would write down of it.
inline ca::IssuanceRecord RecordOf(const SignedWorkload& workload, const std::string& node,
                                   absl::Time issued_at) {
  const ca::Certificate& certificate = workload.issued.certificate;
  ca::IssuanceRecord record;
  record.serial = certificate.serial();
  record.identity = certificate.uri_names().front();
  record.caller = "token system:serviceaccount:test";
  record.node = node;
  record.fingerprint = certificate.fingerprint();
  record.issuer_fingerprint = workload.issued.issuer_fingerprint;
  record.issued_at = issued_at;
  record.not_before = certificate.not_before();
  record.not_after = certificate.not_after();
  return record;
}

}  // namespace binnacle::server
