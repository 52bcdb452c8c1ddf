#include "ca/certificate_request.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "ca/certificate_der.h"
#include "ca/der.h"
#include "ca/digest.h"
#include "ca/openssl.h"
#include "ca/p256_signature.h"
#include "ca/pem.h"
#include "ca/public_key.h"
#include "openssl/objects.h"
#include "openssl/pem.h"

namespace binnacle::ca {
namespace {

constexpr absl::string_view kLabel = "CERTIFICATE REQUEST";
constexpr absl::string_view kOldLabel = "NEW CERTIFICATE REQUEST";

// Attributes that ask for extensions: PKCS#9's and Microsoft's.
constexpr absl::string_view kOidExtensionRequest = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e";
constexpr absl::string_view kOidMsExtensionRequest = "\x2b\x06\x01\x04\x01\x82\x37\x02\x01\x0e";

absl::Status Refused(absl::string_view reason) {
  return absl::InvalidArgumentError(absl::StrCat("certificate request: ", reason));
}

absl::Status Damaged() { return Refused("damaged, or not a PKCS#10 request"); }

// The parts of a CSR, in place.
struct RequestDer {
  absl::string_view signed_bytes;
  absl::string_view public_key_info;
  absl::string_view attributes;  // content; empty if there are none
  absl::string_view algorithm;   // whole
  absl::string_view signature;
};

bool ReadInfo(absl::string_view content, RequestDer* parts) {
  DerReader info(content);
  const auto version = info.Read(kDerInteger);
  if (version != absl::string_view("\0", 1)) return false;
  const auto subject = info.Read(kDerSequence);
  const auto key = info.ReadElement(kDerSequence);
  if (!subject.has_value() || !key.has_value()) return false;
  parts->public_key_info = key->whole;
  if (info.empty()) return true;  // many leave out the empty set
  const auto attributes = info.Read(DerContextMany(0));
  if (!attributes.has_value() || !info.empty()) return false;
  parts->attributes = *attributes;
  return true;
}

std::optional<RequestDer> ReadRequest(absl::string_view der) {
  DerReader outermost(der);
  const auto content = outermost.Read(kDerSequence);
  if (!content.has_value() || !outermost.empty()) return std::nullopt;
  DerReader request(*content);
  const auto info = request.ReadElement(kDerSequence);
  const auto algorithm = request.ReadElement(kDerSequence);
  const auto signature = request.ReadWholeBytes();
  RequestDer parts;
  if (!info.has_value() || !algorithm.has_value() || !signature.has_value() || !request.empty() ||
      !ReadInfo(info->content, &parts)) {
    return std::nullopt;
  }
  parts.signed_bytes = info->whole;
  parts.algorithm = algorithm->whole;
  parts.signature = *signature;
  return parts;
}

absl::Status CheckExtensions(absl::string_view set) {
  DerReader reader(set);
  const auto list = reader.Read(kDerSequence);
  const auto extensions = list.has_value() ? ParseExtensionsDer(*list) : std::nullopt;
  if (!extensions.has_value() || !reader.empty()) return Damaged();
  for (const ExtensionDer& extension : *extensions) {
    if (extension.oid == kOidBasicConstraints) {
      const auto authority = SaysAuthority(extension.value);
      if (!authority.has_value()) return Damaged();
      if (*authority) return Refused("it asks to be a certificate authority (CA:TRUE)");
    } else if (extension.oid == kOidKeyUsage) {
      const auto usage = ParseKeyUsageDer(extension.value);
      if (!usage.has_value()) return Damaged();
      if ((*usage & (kUsageCertSign | kUsageCrlSign)) != 0) {
        return Refused("it asks to sign certificates or revocation lists (keyUsage)");
      }
    }
  }
  return absl::OkStatus();
}

// Other wishes are ignored.
absl::Status CheckAttributes(absl::string_view attributes) {
  for (DerReader list(attributes); !list.empty();) {
    DerReader attribute(list.Read(kDerSequence).value_or(""));
    const auto oid = attribute.Read(kDerOid);
    const auto values = attribute.Read(kDerSet);
    if (!oid.has_value() || !values.has_value() || !attribute.empty()) return Damaged();
    if (*oid != kOidExtensionRequest && *oid != kOidMsExtensionRequest) continue;
    if (auto good = CheckExtensions(*values); !good.ok()) return good;
  }
  return absl::OkStatus();
}

constexpr char kEc[] = "EC";
constexpr char kRsa[] = "RSA";

struct SignatureAlgorithm {
  absl::string_view der;  // AlgorithmIdentifier
  const char* key_type;
  DigestAlgorithm digest;
};

constexpr SignatureAlgorithm kSignatureAlgorithms[] = {
    {"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02", kEc, DigestAlgorithm::kSha256},
    {"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03", kEc, DigestAlgorithm::kSha384},
    {"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x04", kEc, DigestAlgorithm::kSha512},
    {absl::string_view("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00", 15), kRsa,
     DigestAlgorithm::kSha256},
    {absl::string_view("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c\x05\x00", 15), kRsa,
     DigestAlgorithm::kSha384},
    {absl::string_view("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d\x05\x00", 15), kRsa,
     DigestAlgorithm::kSha512},
};

std::string AlgorithmName(absl::string_view der) {
  DerReader outer(der);
  const auto oid = DerReader(outer.Read(kDerSequence).value_or("")).ReadElement(kDerOid);
  if (!oid.has_value()) return "unknown";
  const auto* bytes = reinterpret_cast<const unsigned char*>(oid->whole.data());
  ASN1_OBJECT* object = d2i_ASN1_OBJECT(nullptr, &bytes, static_cast<long>(oid->whole.size()));
  char name[80] = "unknown";
  if (object != nullptr) OBJ_obj2txt(name, sizeof(name), object, 0);
  ASN1_OBJECT_free(object);
  TakeOpenSslErrors();
  return name;
}

absl::StatusOr<SignatureAlgorithm> AlgorithmOf(const RequestDer& request) {
  for (const SignatureAlgorithm& known : kSignatureAlgorithms) {
    if (known.der == request.algorithm) return known;
  }
  return Refused(absl::StrCat("signed with ", AlgorithmName(request.algorithm),
                              "; ECDSA and RSA (PKCS#1) with SHA-256, SHA-384 or SHA-512 are "
                              "taken"));
}

absl::Status KeyOfAnotherKind() {
  return Refused("the signature's algorithm is not that of the key");
}

absl::Status NotByTheKey() { return Refused("the signature is not by the key in it"); }

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

absl::Status CheckByP256(const RequestDer& request, absl::string_view point,
                         const SignatureAlgorithm& algorithm) {
  if (algorithm.key_type != absl::string_view(kEc)) return KeyOfAnotherKind();
  const std::string digest = DigestOf(algorithm.digest, request.signed_bytes);
  if (digest.empty()) return absl::InternalError("a certificate request cannot be hashed");
  switch (CheckP256Signature(point, digest, request.signature)) {
    case P256Check::kGood:
      return absl::OkStatus();
    case P256Check::kBadPoint:
      return Refused("the public key is damaged");
    case P256Check::kBadSignature:
      break;
  }
  return NotByTheKey();
}

absl::Status CheckByOther(const RequestDer& request, const SignatureAlgorithm& algorithm) {
  const auto key = ReadPublicKeyInfo(request.public_key_info);
  if (!key.ok()) return Refused(key.status().message());
  if (EVP_PKEY_is_a(key->get(), algorithm.key_type) != 1) return KeyOfAnotherKind();
  const EvpMdContextPtr context(EVP_MD_CTX_new());
  if (context == nullptr ||
      EVP_DigestVerifyInit(context.get(), nullptr, FetchedDigest(algorithm.digest), nullptr,
                           key->get()) != 1 ||
      EVP_DigestVerify(context.get(), Bytes(request.signature), request.signature.size(),
                       Bytes(request.signed_bytes), request.signed_bytes.size()) != 1) {
    TakeOpenSslErrors();
    return NotByTheKey();
  }
  return absl::OkStatus();
}

absl::Status CheckKeyAndSignature(const RequestDer& request) {
  const auto point = P256Point(request.public_key_info);
  const auto algorithm = AlgorithmOf(request);
  if (!algorithm.ok()) return algorithm.status();
  return point.has_value() ? CheckByP256(request, *point, *algorithm)
                           : CheckByOther(request, *algorithm);
}

absl::StatusOr<std::string> TheOnlyBlock(absl::string_view pem) {
  if (pem.size() > CertificateRequest::kMaxBytes) {
    return Refused(
        absl::StrCat(pem.size(), " bytes; ", CertificateRequest::kMaxBytes, " are the most"));
  }
  auto blocks = ReadPem(pem);
  if (!blocks.ok()) return Refused(blocks.status().message());
  if (blocks->empty()) {
    return Refused("not PEM: no line \"-----BEGIN CERTIFICATE REQUEST-----\"");
  }
  if (blocks->size() > 1) {
    return Refused(absl::StrCat(blocks->size(), " PEM blocks; it must be one"));
  }
  PemBlock& block = blocks->front();
  if (block.label != kLabel && block.label != kOldLabel) {
    return Refused(absl::StrCat("a PEM block \"", block.label.substr(0, 40),
                                "\"; it must be \"CERTIFICATE REQUEST\""));
  }
  return std::move(block.der);
}

bool AddName(X509_REQ* request, const SpiffeId& id) {
  const X509ExtensionPtr name(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name,
                          absl::StrCat("critical,URI:", id.ToString()).c_str()));
  STACK_OF(X509_EXTENSION)* extensions = nullptr;
  const bool added = name != nullptr && X509v3_add_ext(&extensions, name.get(), -1) != nullptr &&
                     X509_REQ_add_extensions(request, extensions) == 1;
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
  return added;
}

}  // namespace

absl::StatusOr<CertificateRequest> CertificateRequest::Parse(absl::string_view pem) {
  const auto der = TheOnlyBlock(pem);
  if (!der.ok()) return der.status();
  const auto parts = ReadRequest(*der);
  if (!parts.has_value()) return Damaged();
  if (auto good = CheckAttributes(parts->attributes); !good.ok()) return good;
  if (auto good = CheckKeyAndSignature(*parts); !good.ok()) return good;
  return CertificateRequest(std::string(parts->public_key_info));
}

absl::StatusOr<std::string> CertificateRequest::Make(const PrivateKey& key,
                                                     const std::optional<SpiffeId>& id) {
  const X509RequestPtr request(X509_REQ_new());
  const BioPtr bio = WriteBio();
  const bool made = (!id.has_value() || AddName(request.get(), *id)) &&
                    X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1 &&
                    X509_REQ_set_pubkey(request.get(), key.get()) == 1 &&
                    X509_REQ_sign(request.get(), key.get(), EVP_sha256()) > 0 &&
                    PEM_write_bio_X509_REQ(bio.get(), request.get()) == 1;
  if (!made) {
    return absl::InternalError(
        absl::StrCat("cannot make a certificate request: ", TakeOpenSslErrors()));
  }
  return TextOf(bio.get());
}

}  // namespace binnacle::ca
