#include "policy/tls_rule.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "policy/nearest_word.h"

namespace binnacle::policy {
namespace {

using Strings = google::protobuf::RepeatedPtrField<std::string>;
using Words = absl::Span<const absl::string_view>;
using ServerTls = v1::ServerTlsSettings;
using ClientTls = v1::ClientTlsSettings;

constexpr absl::string_view kCiphers[] = {"ECDHE-ECDSA-AES128-GCM-SHA256",
                                          "ECDHE-ECDSA-AES256-GCM-SHA384",
                                          "ECDHE-ECDSA-CHACHA20-POLY1305",
                                          "ECDHE-ECDSA-AES128-SHA",
                                          "ECDHE-ECDSA-AES256-SHA",
                                          "ECDHE-RSA-AES128-GCM-SHA256",
                                          "ECDHE-RSA-AES256-GCM-SHA384",
                                          "ECDHE-RSA-CHACHA20-POLY1305",
                                          "ECDHE-RSA-AES128-SHA",
                                          "ECDHE-RSA-AES256-SHA",
                                          "AES128-GCM-SHA256",
                                          "AES256-GCM-SHA384",
                                          "AES128-SHA",
                                          "AES256-SHA",
                                          "DES-CBC3-SHA"};
constexpr absl::string_view kCurves[] = {
    "P-224", "P-256", "P-384", "P-521", "X25519", "X25519Kyber768Draft00", "X25519MLKEM768"};

void WarnOfUnknown(const Strings& values, Words known, absl::string_view what,
                   absl::string_view field, const Place& at) {
  std::set<absl::string_view> seen;
  for (int i = 0; i < values.size(); ++i) {
    const absl::string_view value = values[i];
    if (!seen.insert(value).second) {
      at.Field(field, i).Warn("duplicate-name",
                              absl::StrCat(what, " \"", value, "\" is listed already"));
      continue;
    }
    const bool is_known = std::find(known.begin(), known.end(), value) != known.end();
    // OpenSSL's own expressions ("ALL", "[A|B]", "!C") go to the proxy unread.
    const bool is_expression = value.empty() || value == "ALL" || !absl::ascii_isalnum(value[0]);
    if (is_known || is_expression) continue;
    at.Field(field, i).Warn("unknown-cipher",
                            absl::StrCat("unknown ", what, " \"", value, "\" is left out"),
                            DidYouMean(value, known));
  }
}

bool HasFiles(const ServerTls& tls) {
  return !tls.server_certificate().empty() || !tls.private_key().empty();
}

bool HasCredential(const ServerTls& tls) {
  return !tls.credential_name().empty() || !tls.credential_names().empty();
}

void Require(bool present, absl::string_view field, absl::string_view message, const Place& at) {
  if (!present) at.Field(field).Error("missing-field", message);
}

void Forbid(bool present, absl::string_view field, absl::string_view message, const Place& at) {
  if (present) at.Field(field).Error("excluded-field", message);
}

// ISTIO_MUTUAL uses the mesh's own certificates.
void CheckMeshServerTls(const ServerTls& tls, const Place& at) {
  constexpr absl::string_view kWhy =
      "ISTIO_MUTUAL uses the mesh's own certificates: none may be named";
  Forbid(!tls.server_certificate().empty(), "serverCertificate", kWhy, at);
  Forbid(!tls.private_key().empty(), "privateKey", kWhy, at);
  Forbid(!tls.ca_certificates().empty(), "caCertificates", kWhy, at);
  Forbid(!tls.credential_name().empty(), "credentialName", kWhy, at);
  Forbid(!tls.credential_names().empty(), "credentialNames", kWhy, at);
  Forbid(!tls.tls_certificates().empty(), "tlsCertificates", kWhy, at);
}

// The server's own certificate comes from one place, and from one only.
void CheckCertificateSource(const ServerTls& tls, const Place& at) {
  constexpr absl::string_view kOnly =
      "a certificate comes from credentialName, credentialNames, tlsCertificates or "
      "serverCertificate with privateKey: only one of these may be set";
  int sources = 0;
  sources += tls.credential_name().empty() ? 0 : 1;
  sources += tls.credential_names().empty() ? 0 : 1;
  sources += tls.tls_certificates().empty() ? 0 : 1;
  sources += HasFiles(tls) ? 1 : 0;
  if (sources > 1) {
    at.Error("exclusive-fields", kOnly);
    return;
  }
  if (sources == 0 || HasFiles(tls)) {
    const absl::string_view why =
        "this TLS mode needs credentialName, or serverCertificate with privateKey";
    Require(!tls.server_certificate().empty(), "serverCertificate", why, at);
    Require(!tls.private_key().empty(), "privateKey", why, at);
  }
}

void CheckCertificateList(const ServerTls& tls, const Place& at) {
  for (int i = 0; i < tls.tls_certificates_size(); ++i) {
    const Place entry = at.Field("tlsCertificates", i);
    const auto& certificate = tls.tls_certificates(i);
    Require(!certificate.server_certificate().empty(), "serverCertificate",
            "a certificate needs its file", entry);
    Require(!certificate.private_key().empty(), "privateKey", "a certificate needs its private key",
            entry);
  }
  if (tls.tls_certificates_size() > 2) {
    at.Field("tlsCertificates").Warn("too-many", "only the first RSA and ECDSA ones are used");
  }
  for (int i = 0; i < tls.credential_names_size(); ++i) {
    if (!tls.credential_names(i).empty()) continue;
    at.Field("credentialNames", i).Error("missing-field", "a Secret's name may not be empty");
  }
}

void CheckClientAuthority(const ServerTls& tls, const Place& at) {
  const bool wants_clients =
      tls.mode() == ServerTls::MUTUAL || tls.mode() == ServerTls::OPTIONAL_MUTUAL;
  if (wants_clients && !HasCredential(tls) && tls.ca_cert_credential_name().empty()) {
    bool has_ca = !tls.ca_certificates().empty();
    for (const auto& certificate : tls.tls_certificates()) {
      has_ca = has_ca || !certificate.ca_certificates().empty();
    }
    Require(has_ca, "caCertificates",
            "to ask clients for certificates, the authority of these must be named", at);
  }
  if (tls.ca_crl().empty()) return;
  Forbid(HasCredential(tls), "caCrl", "with credentialName the Secret holds the revocation list",
         at);
  Forbid(tls.mode() == ServerTls::SIMPLE, "caCrl",
         "SIMPLE asks clients for no certificate that could be revoked", at);
}

void CheckVersions(const ServerTls& tls, const Place& at) {
  const bool old = tls.min_protocol_version() == ServerTls::TLSV1_0 ||
                   tls.min_protocol_version() == ServerTls::TLSV1_1;
  if (old && tls.cipher_suites().empty()) {
    at.Field("minProtocolVersion")
        .Warn("old-tls", "below TLS 1.2 a handshake needs cipherSuites to be listed");
  }
  if (tls.max_protocol_version() != ServerTls::TLS_AUTO &&
      tls.max_protocol_version() < tls.min_protocol_version()) {
    at.Field("maxProtocolVersion")
        .Error("out-of-range", "maxProtocolVersion is below minProtocolVersion");
  }
}

// "configmap://ns/name" of another namespace would let a rule read there.
void CheckCredential(const ClientTls& tls, absl::string_view ns, const Place& at) {
  absl::string_view name = tls.credential_name();
  const Place credential = at.Field("credentialName");
  if (absl::StartsWith(name, "configmap://")) {
    const std::vector<absl::string_view> parts =
        absl::StrSplit(absl::StripPrefix(name, "configmap://"), '/');
    if (parts.size() != 2 || parts[0].empty() || parts[1].empty()) {
      credential.Error("bad-name", "a ConfigMap is named configmap://<namespace>/<name>");
    } else if (parts[0] != ns) {
      credential.Error(
          "bad-name",
          absl::StrCat("a ConfigMap must be of the rule's own namespace, \"", ns, "\""));
    }
  }
  constexpr absl::string_view kOnly =
      "the certificates come from credentialName or from files: only one of these may be set";
  Forbid(!tls.client_certificate().empty(), "clientCertificate", kOnly, at);
  Forbid(!tls.private_key().empty(), "privateKey", kOnly, at);
  Forbid(!tls.ca_certificates().empty(), "caCertificates", kOnly, at);
  Forbid(!tls.ca_crl().empty(), "caCrl", kOnly, at);
}

void CheckVerification(const ClientTls& tls, const Place& at) {
  if (!tls.insecure_skip_verify().value()) return;
  constexpr absl::string_view kWhy =
      "insecureSkipVerify leaves the server's certificate unchecked: nothing to check it with may "
      "be set";
  Forbid(!tls.ca_certificates().empty(), "caCertificates", kWhy, at);
  Forbid(!tls.subject_alt_names().empty(), "subjectAltNames", kWhy, at);
  Forbid(tls.mode() == ClientTls::SIMPLE && !tls.credential_name().empty(), "credentialName", kWhy,
         at);
}

// Istio accepts these and does not read them.
void CheckMeshClientTls(const ClientTls& tls, const Place& at) {
  const bool named = !tls.client_certificate().empty() || !tls.private_key().empty() ||
                     !tls.ca_certificates().empty() || !tls.credential_name().empty();
  if (!named) return;
  at.Warn("unused-field", "ISTIO_MUTUAL uses the mesh's own certificates: those named are unused");
}

}  // namespace

void CheckServerTls(const ServerTls& tls, const Place& at) {
  CheckVersions(tls, at);
  CheckCipherSuites(tls.cipher_suites(), at);
  if (tls.mode() == ServerTls::ISTIO_MUTUAL) {
    CheckMeshServerTls(tls, at);
    return;
  }
  if (tls.mode() == ServerTls::PASSTHROUGH || tls.mode() == ServerTls::AUTO_PASSTHROUGH) {
    CheckClientAuthority(tls, at);
    return;
  }
  CheckCertificateSource(tls, at);
  CheckCertificateList(tls, at);
  CheckClientAuthority(tls, at);
}

void CheckClientTls(const ClientTls& tls, absl::string_view ns, const Place& at) {
  CheckVerification(tls, at);
  if (tls.mode() == ClientTls::ISTIO_MUTUAL) {
    CheckMeshClientTls(tls, at);
    return;
  }
  if (tls.mode() == ClientTls::DISABLE) return;
  if (!tls.credential_name().empty()) {
    CheckCredential(tls, ns, at);
    return;
  }
  if (tls.mode() != ClientTls::MUTUAL) return;
  constexpr absl::string_view kWhy =
      "MUTUAL needs clientCertificate and privateKey, or credentialName";
  Require(!tls.client_certificate().empty(), "clientCertificate", kWhy, at);
  Require(!tls.private_key().empty(), "privateKey", kWhy, at);
}

void CheckCipherSuites(const Strings& ciphers, const Place& at) {
  WarnOfUnknown(ciphers, kCiphers, "cipher suite", "cipherSuites", at);
}

void CheckEcdhCurves(const Strings& curves, const Place& at) {
  WarnOfUnknown(curves, kCurves, "curve", "ecdhCurves", at);
}

}  // namespace binnacle::policy
