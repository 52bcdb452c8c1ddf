#include "agent/server_channel.h"

#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"
#include "openssl/crypto.h"

namespace binnacle::agent {
namespace {

constexpr int kKeepaliveMs = 30'000;
constexpr int kKeepaliveTimeoutMs = 10'000;

grpc::ChannelArguments Arguments(const ServerAddress& server) {
  grpc::ChannelArguments arguments;
  arguments.SetSslTargetNameOverride(server.name);
  arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, server.name);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  return arguments;
}

}  // namespace

std::shared_ptr<grpc::Channel> DialServer(const ServerAddress& server, const std::string& roots_pem,
                                          const WorkloadCertificate* own) {
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = roots_pem;
  if (own != nullptr) {
    options.pem_private_key = own->key.ToPem().text();
    options.pem_cert_chain = own->ChainPem();
  }
  auto channel = grpc::CreateCustomChannel(server.address.ToString(), grpc::SslCredentials(options),
                                           Arguments(server));
  OPENSSL_cleanse(options.pem_private_key.data(), options.pem_private_key.size());
  return channel;
}

absl::Status StatusOf(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace binnacle::agent
