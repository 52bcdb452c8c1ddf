#include "ca/service_channel.h"

#include <arpa/inet.h>

#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"
#include "openssl/crypto.h"

namespace binnacle::ca {
namespace {

constexpr int kKeepaliveMs = 30'000;
constexpr int kKeepaliveTimeoutMs = 10'000;

grpc::ChannelArguments Arguments(const ServiceAddress& service) {
  grpc::ChannelArguments arguments;
  arguments.SetSslTargetNameOverride(service.name);
  arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, service.name);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  return arguments;
}

// Why there is no connection.
std::string Reason(const std::string& said, const std::string& name) {
  if (absl::StrContains(said, "certificate verify failed")) {
    return "its certificate leads to none of the roots that are trusted here (--root-file)";
  }
  if (absl::StrContains(said, "is not in peer certificate")) {
    return absl::StrCat("its certificate is not for ", name, " (--server-name)");
  }
  constexpr char kLead[] = "last error: UNKNOWN: ";
  const size_t lead = said.find(kLead);
  return lead == std::string::npos ? said : said.substr(lead + sizeof(kLead) - 1);
}

}  // namespace

std::string UsualNameOf(const std::string& host) {
  std::array<char, sizeof(in6_addr)> parsed{};
  const bool ip = inet_pton(AF_INET, host.c_str(), parsed.data()) == 1 ||
                  inet_pton(AF_INET6, host.c_str(), parsed.data()) == 1;
  return ip ? kUsualServiceName : host;
}

std::shared_ptr<grpc::Channel> DialService(const ServiceAddress& service,
                                           const std::string& roots_pem,
                                           const WorkloadCertificate* own) {
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = roots_pem;
  if (own != nullptr) {
    options.pem_private_key = own->key.ToPem().text();
    options.pem_cert_chain = own->ChainPem();
  }
  auto channel =
      grpc::CreateCustomChannel(service.target, grpc::SslCredentials(options), Arguments(service));
  OPENSSL_cleanse(options.pem_private_key.data(), options.pem_private_key.size());
  return channel;
}

absl::Status StatusOf(const grpc::Status& status, const ServiceAddress& service) {
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  if (code != absl::StatusCode::kUnavailable) return absl::Status(code, status.error_message());
  return absl::UnavailableError(absl::StrCat("cannot reach the control plane at ", service.target,
                                             ": ", Reason(status.error_message(), service.name)));
}

}  // namespace binnacle::ca
