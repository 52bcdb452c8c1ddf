// ca/leaf_signer.h
//
// An issuer made ready to sign certificates for workloads and servers: what is
// the same in all of them is written once, and the rest is put between it. Does
// not decide who gets what: see authority.h.
//
// Threads  Sign() is safe to call from any thread.
// Errors   kInternal: OpenSSL failed, with its words.
// Spec     RFC 5280, section 4.1; SPIFFE X509-SVID, section 4; RFC 8813 (an EC
//          key enciphers no keys).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "ca/certificate.h"
#include "ca/issuer.h"
#include "ca/signing_key.h"

namespace binnacle::ca {

enum class LeafUse : uint8_t {
  kWorkload,  // TLS client and server
  kServer,    // TLS server only
};

struct Leaf {
  absl::string_view public_key_info;  // DER
  std::string alt_names;              // DER of GeneralNames
  LeafUse use = LeafUse::kWorkload;
  absl::Time not_before;
  absl::Time not_after;
};

class LeafSigner {
 public:
  static absl::StatusOr<LeafSigner> Make(const Issuer& issuer);

  // Version 3, a serial number of its own (serial_number.h), an empty subject.
  absl::StatusOr<Certificate> Sign(const Leaf& leaf) const;

 private:
  LeafSigner(SigningKey key, std::string issuer_name, std::string authority_key_id)
      : key_(std::move(key)),
        issuer_name_(std::move(issuer_name)),
        authority_key_id_(std::move(authority_key_id)) {}

  void AppendTbs(const Leaf& leaf, absl::string_view serial, std::string* out) const;
  void AppendExtensions(const Leaf& leaf, std::string* out) const;

  SigningKey key_;
  std::string issuer_name_;       // Name, in DER
  std::string authority_key_id_;  // the whole extension; empty if the issuer has none
};

// GeneralNames in DER.
std::string UriAltName(absl::string_view uri);
// DNS names and IP addresses; kInvalidArgument if one is neither.
absl::StatusOr<std::string> ServerAltNames(const std::vector<std::string>& names);

// SubjectPublicKeyInfo in DER.
absl::StatusOr<std::string> PublicKeyInfoOf(const PrivateKey& key);

}  // namespace binnacle::ca
