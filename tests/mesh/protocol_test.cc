#include "mesh/protocol.h"

#include <catch2/catch.hpp>

namespace binnacle::mesh {
namespace {

TEST_CASE("appProtocol tells before the port's name, and the name before well-known ports") {
  CHECK(KubernetesPortProtocol("TCP", "", "http-web", 80) == Protocol::kHttp);
  CHECK(KubernetesPortProtocol("TCP", "", "grpc-web-ui", 80) == Protocol::kGrpcWeb);
  CHECK(KubernetesPortProtocol("TCP", "kubernetes.io/h2c", "http", 80) == Protocol::kHttp2);
  CHECK(KubernetesPortProtocol("TCP", "kubernetes.io/wss", "x", 80) == Protocol::kHttps);
  CHECK(KubernetesPortProtocol("TCP", "tcp", "http", 80) == Protocol::kTcp);
  CHECK(KubernetesPortProtocol("TCP", "", "", 3306) == Protocol::kTcp);
  CHECK(KubernetesPortProtocol("TCP", "", "web", 8080) == Protocol::kUnsupported);
  CHECK(KubernetesPortProtocol("UDP", "", "http", 53) == Protocol::kUdp);
}

}  // namespace
}  // namespace binnacle::mesh
