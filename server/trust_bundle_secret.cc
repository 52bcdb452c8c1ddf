#include "server/trust_bundle_secret.h"

#include <string>

#include "envoy/extensions/transport_sockets/tls/v3/secret.pb.h"
#include "server/push_target.h"

namespace binnacle::server {

translator::ResourcePtr TrustBundleSecret(const ca::TrustBundle& bundle) {
  envoy::extensions::transport_sockets::tls::v3::Secret secret;
  secret.set_name(std::string(kTrustBundleName));
  secret.mutable_validation_context()->mutable_trusted_ca()->set_inline_bytes(bundle.pem());
  return translator::Resource::Make(translator::ResourceType::kSecret,
                                    std::string(kTrustBundleName), secret, {});
}

}  // namespace binnacle::server
