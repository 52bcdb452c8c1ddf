#include "mesh/protocol.h"

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace binnacle::mesh {

Protocol ParseProtocol(absl::string_view word) {
  static const auto& words = *new absl::flat_hash_map<std::string, Protocol>{
      {"http", Protocol::kHttp},   {"http2", Protocol::kHttp2},
      {"grpc", Protocol::kGrpc},   {"grpc-web", Protocol::kGrpcWeb},
      {"https", Protocol::kHttps}, {"http_proxy", Protocol::kHttpProxy},
      {"tls", Protocol::kTls},     {"tcp", Protocol::kTcp},
      {"udp", Protocol::kUdp},     {"mongo", Protocol::kMongo},
      {"redis", Protocol::kRedis}, {"mysql", Protocol::kMysql},
  };
  auto it = words.find(absl::AsciiStrToLower(word));
  return it == words.end() ? Protocol::kUnsupported : it->second;
}

bool IsHttp(Protocol protocol) {
  switch (protocol) {
    case Protocol::kHttp:
    case Protocol::kHttp2:
    case Protocol::kGrpc:
    case Protocol::kGrpcWeb:
    case Protocol::kHttpProxy:
      return true;
    default:
      return false;
  }
}

bool IsHttp2(Protocol protocol) {
  return protocol == Protocol::kHttp2 || protocol == Protocol::kGrpc ||
         protocol == Protocol::kGrpcWeb;
}

bool IsTls(Protocol protocol) { return protocol == Protocol::kHttps || protocol == Protocol::kTls; }

namespace {

// "http-metrics" -> "http"; "grpc-web-x" -> "grpc-web".
Protocol FromPrefix(absl::string_view name) {
  if (absl::StartsWithIgnoreCase(name, "grpc-web")) return Protocol::kGrpcWeb;
  return ParseProtocol(name.substr(0, name.find('-')));
}

Protocol FromAppProtocol(absl::string_view word) {
  if (word == "kubernetes.io/h2c") return Protocol::kHttp2;
  if (word == "kubernetes.io/ws") return Protocol::kHttp;
  if (word == "kubernetes.io/wss") return Protocol::kHttps;
  return FromPrefix(word);
}

// Servers that speak first on these ports cannot be sniffed.
bool SpeaksFirst(uint32_t port) {
  return port == 25 || port == 53 || port == 3306 || port == 27017;
}

}  // namespace

Protocol KubernetesPortProtocol(absl::string_view transport, absl::string_view app_protocol,
                                absl::string_view name, uint32_t number) {
  if (transport == "UDP") return Protocol::kUdp;
  Protocol protocol = app_protocol.empty() ? FromPrefix(name) : FromAppProtocol(app_protocol);
  if (protocol == Protocol::kUnsupported && SpeaksFirst(number)) return Protocol::kTcp;
  return protocol;
}

}  // namespace binnacle::mesh
