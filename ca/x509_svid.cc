#include "ca/x509_svid.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "ca/certificate_der.h"
#include "ca/der.h"

namespace binnacle::ca {
namespace {

constexpr absl::string_view kEmptyName("\x30\x00", 2);
constexpr size_t kMaxSerialBytes = 20;
constexpr absl::string_view kServerAuth = "\x2b\x06\x01\x05\x05\x07\x03\x01";
constexpr absl::string_view kClientAuth = "\x2b\x06\x01\x05\x05\x07\x03\x02";

absl::Status Broken(absl::string_view rule) {
  return absl::InternalError(absl::StrCat("a certificate was made wrong: ", rule));
}

absl::Status CheckFields(const CertificateDer& leaf, const CertificateDer& issuer) {
  if (leaf.version != 3) return Broken("it is not of version 3");
  const bool positive = leaf.serial.find_first_not_of('\0') != absl::string_view::npos &&
                        (static_cast<uint8_t>(leaf.serial[0]) & 0x80) == 0;
  if (!positive || leaf.serial.size() > kMaxSerialBytes) {
    return Broken("its serial number is not positive, or longer than 20 bytes");
  }
  if (leaf.inner_algorithm != leaf.outer_algorithm) {
    return Broken("it names two signature algorithms");
  }
  if (leaf.issuer != issuer.subject || leaf.issuer == kEmptyName) {
    return Broken("the issuer it names is not the one that signs");
  }
  if (leaf.not_before >= leaf.not_after) return Broken("it ends before it begins");
  if (leaf.not_before < issuer.not_before || leaf.not_after > issuer.not_after) {
    return Broken("it is valid when its issuer is not");
  }
  if (PublicKeyBits(leaf.public_key_info).empty()) return Broken("it has no public key");
  return absl::OkStatus();
}

absl::Status CheckKeyUse(const CertificateDer& leaf) {
  const ExtensionDer* limits = leaf.Find(kOidBasicConstraints);
  if (limits != nullptr && SaysAuthority(limits->value) != false) {
    return Broken("it is an authority's");
  }
  const ExtensionDer* usage = leaf.Find(kOidKeyUsage);
  if (usage == nullptr || !usage->critical) return Broken("keyUsage is missing or not critical");
  const uint8_t bits = ParseKeyUsageDer(usage->value).value_or(0);
  if ((bits & kUsageDigitalSignature) == 0) return Broken("keyUsage lacks digitalSignature");
  if ((bits & (kUsageCertSign | kUsageCrlSign)) != 0) {
    return Broken("keyUsage lets it sign certificates");
  }
  return absl::OkStatus();
}

absl::Status CheckPurposes(const CertificateDer& leaf, bool client) {
  const ExtensionDer* purposes = leaf.Find(kOidExtendedKeyUsage);
  if (purposes == nullptr) return Broken("extKeyUsage is missing");
  DerReader outer(purposes->value);
  bool for_server = false;
  bool for_client = false;
  for (DerReader list(outer.Read(kDerSequence).value_or("")); !list.empty();) {
    const absl::string_view purpose = list.Read(kDerOid).value_or("");
    for_server |= purpose == kServerAuth;
    for_client |= purpose == kClientAuth;
  }
  if (!for_server || for_client != client) {
    return Broken("extKeyUsage has not the TLS roles that it should");
  }
  return absl::OkStatus();
}

// The issuer's key id, if it has one, is the authority key id.
absl::Status CheckKeyIds(const CertificateDer& leaf, const CertificateDer& issuer) {
  if (leaf.Find(kOidSubjectKeyIdentifier) == nullptr) {
    return Broken("subjectKeyIdentifier is missing");
  }
  const ExtensionDer* upper = issuer.Find(kOidSubjectKeyIdentifier);
  if (upper == nullptr) return absl::OkStatus();
  const ExtensionDer* named = leaf.Find(kOidAuthorityKeyIdentifier);
  if (named == nullptr) return Broken("authorityKeyIdentifier is missing");
  DerReader outer(named->value);
  DerReader inner(outer.Read(kDerSequence).value_or(""));
  DerReader own(upper->value);
  if (inner.Read(DerContext(0)) != own.Read(kDerOctetString)) {
    return Broken("authorityKeyIdentifier is not the issuer's");
  }
  return absl::OkStatus();
}

absl::Status CheckCriticals(const CertificateDer& leaf) {
  for (const ExtensionDer& extension : leaf.extensions) {
    const bool known = extension.oid == kOidSubjectAltName || extension.oid == kOidKeyUsage ||
                       extension.oid == kOidBasicConstraints ||
                       extension.oid == kOidExtendedKeyUsage;
    if (extension.critical && !known) return Broken("an unknown extension is critical");
  }
  return absl::OkStatus();
}

absl::Status CheckLeaf(const CertificateDer& leaf, const CertificateDer& issuer) {
  if (auto good = CheckFields(leaf, issuer); !good.ok()) return good;
  if (auto good = CheckKeyUse(leaf); !good.ok()) return good;
  if (auto good = CheckKeyIds(leaf, issuer); !good.ok()) return good;
  const ExtensionDer* names = leaf.Find(kOidSubjectAltName);
  if (names == nullptr) return Broken("it has no names");
  if (leaf.subject == kEmptyName && !names->critical) {
    return Broken("subjectAltName is not critical although the subject is empty");
  }
  return CheckCriticals(leaf);
}

}  // namespace

absl::Status ValidateX509Svid(const Certificate& svid, const SpiffeId& id,
                              const Certificate& issuer) {
  const CertificateDer& leaf = svid.parts();
  if (auto good = CheckLeaf(leaf, issuer.parts()); !good.ok()) return good;
  if (auto good = CheckPurposes(leaf, /*client=*/true); !good.ok()) return good;
  if (svid.uri_names().size() != 1 || svid.uri_names().front() != id.ToString()) {
    return Broken("its one URI name is not the identity");
  }
  return absl::OkStatus();
}

absl::Status ValidateServing(const Certificate& serving, const Certificate& issuer) {
  const CertificateDer& leaf = serving.parts();
  if (auto good = CheckLeaf(leaf, issuer.parts()); !good.ok()) return good;
  if (auto good = CheckPurposes(leaf, /*client=*/false); !good.ok()) return good;
  if (!serving.uri_names().empty()) return Broken("a server's has a URI name");
  return absl::OkStatus();
}

}  // namespace binnacle::ca
