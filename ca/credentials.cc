// CredentialsOf() of certificate_service.h.
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "ca/certificate_service.h"
#include "grpc/grpc_security_constants.h"
#include "grpcpp/security/auth_context.h"

namespace binnacle::ca {
namespace {

constexpr absl::string_view kBearer = "bearer ";

absl::string_view View(const grpc::string_ref& text) { return {text.data(), text.size()}; }

// The chain as gRPC tells it is OpenSSL's: on a server it lacks the leaf.
std::vector<std::string> ChainOf(const grpc::AuthContext& peer) {
  std::vector<std::string> chain;
  for (const char* property :
       {GRPC_X509_PEM_CERT_PROPERTY_NAME, GRPC_X509_PEM_CERT_CHAIN_PROPERTY_NAME}) {
    for (const grpc::string_ref& pem : peer.FindPropertyValues(property)) {
      if (!chain.empty() && chain.front() == View(pem)) continue;
      chain.emplace_back(View(pem));
    }
  }
  return chain;
}

std::string TokenOf(const grpc::ServerContextBase& context) {
  const auto [first, last] = context.client_metadata().equal_range("authorization");
  for (auto header = first; header != last; ++header) {
    const absl::string_view value = View(header->second);
    if (!absl::StartsWithIgnoreCase(value, kBearer)) continue;
    return std::string(absl::StripAsciiWhitespace(value.substr(kBearer.size())));
  }
  return "";
}

}  // namespace

Credentials CredentialsOf(const grpc::ServerContextBase& context) {
  Credentials credentials;
  // None for a connection without TLS.
  if (const auto peer = context.auth_context(); peer != nullptr) {
    credentials.certificate_chain = ChainOf(*peer);
  }
  // Beside a certificate it counts for nothing: see mesh_authenticator.h.
  if (credentials.certificate_chain.empty()) credentials.bearer_token = TokenOf(context);
  return credentials;
}

}  // namespace binnacle::ca
