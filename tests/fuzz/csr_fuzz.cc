// The reader of certificate requests.

#include "ca/certificate_request.h"
#include "ca/openssl.h"
#include "tests/fuzz/input.h"

namespace binnacle::fuzz {

void TakeInput(absl::string_view input) {
  const auto request = ca::CertificateRequest::Parse(input);
  if (!request.ok()) {
    Must(absl::IsInvalidArgument(request.status()), "what is refused is an invalid argument");
    return;
  }
  // What is let through is a public key, and all of it.
  const std::string& info = request->public_key_info();
  const auto* der = reinterpret_cast<const unsigned char*>(info.data());
  const auto* end = der + info.size();
  const ca::EvpKeyPtr key(d2i_PUBKEY(nullptr, &der, static_cast<long>(info.size())));
  Must(key != nullptr && der == end, "what is let through has a public key");
}

}  // namespace binnacle::fuzz
