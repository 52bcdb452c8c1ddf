#include "agent/secret_resource.h"

#include "envoy/extensions/transport_sockets/tls/v3/secret.pb.h"

namespace binnacle::agent {

using EnvoySecret = envoy::extensions::transport_sockets::tls::v3::Secret;

ca::SecretText CertificateSecret(absl::string_view name, absl::string_view chain_pem,
                                 const ca::SecretText& key_pem) {
  EnvoySecret secret;
  secret.set_name(std::string(name));
  auto& certificate = *secret.mutable_tls_certificate();
  certificate.mutable_certificate_chain()->set_inline_bytes(std::string(chain_pem));
  std::string& key = *certificate.mutable_private_key()->mutable_inline_bytes();
  key = key_pem.text();
  ca::SecretText serialised(secret.SerializeAsString());
  OPENSSL_cleanse(key.data(), key.size());
  return serialised;
}

ca::SecretText RootsSecret(absl::string_view name, absl::string_view roots_pem) {
  EnvoySecret secret;
  secret.set_name(std::string(name));
  secret.mutable_validation_context()->mutable_trusted_ca()->set_inline_bytes(
      std::string(roots_pem));
  return ca::SecretText(secret.SerializeAsString());
}

}  // namespace binnacle::agent
