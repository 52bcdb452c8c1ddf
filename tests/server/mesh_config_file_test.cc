#include "server/mesh_config_file.h"

#include <catch2/catch.hpp>

namespace binnacle::server {
namespace {

TEST_CASE("mesh configuration is read bare") {
  const auto file = ParseMeshConfig("trustDomain: example.org\nenableAutoMtls: false\n", "m.yaml");
  CHECK(file.findings.empty());
  CHECK(file.config.trust_domain() == "example.org");
  CHECK_FALSE(file.config.enable_auto_mtls().value());
}

TEST_CASE("mesh configuration is read from the usual ConfigMap") {
  const auto file = ParseMeshConfig(
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio}\ndata:\n"
      "  mesh: |\n    rootNamespace: mesh-root\n  meshNetworks: 'networks: {}'\n",
      "m.yaml");
  CHECK(file.findings.empty());
  CHECK(file.config.root_namespace() == "mesh-root");
}

TEST_CASE("an empty file is an empty configuration") {
  CHECK(ParseMeshConfig("", "m.yaml").findings.empty());
  CHECK(ParseMeshConfig("# nothing\n", "m.yaml").findings.empty());
}

TEST_CASE("a fault is told with its line and field") {
  const auto file = ParseMeshConfig("trustDomain: a.b\nconnectTimeuot: 1s\n", "m.yaml");
  REQUIRE(file.findings.size() == 1);
  CHECK(policy::HasErrors(file.findings));
  CHECK(file.findings[0].file == "m.yaml");
  CHECK(file.findings[0].line == 2);
  CHECK(file.findings[0].field == "connectTimeuot");
}

TEST_CASE("a fault inside a ConfigMap is told with the line of the file") {
  const auto file = ParseMeshConfig(
      "kind: ConfigMap\ndata:\n  mesh: |\n    trustDomain: a.b\n    connectTimeuot: 1s\n",
      "m.yaml");
  REQUIRE(file.findings.size() == 1);
  CHECK(file.findings[0].line == 5);
}

TEST_CASE("what is neither is refused") {
  CHECK(policy::HasErrors(ParseMeshConfig("kind: Gateway\n", "m.yaml").findings));
  CHECK(policy::HasErrors(ParseMeshConfig("kind: ConfigMap\n", "m.yaml").findings));
  CHECK(policy::HasErrors(ParseMeshConfig("a: [", "m.yaml").findings));
  CHECK(policy::HasErrors(ParseMeshConfig("- a\n", "m.yaml").findings));
  CHECK(ReadMeshConfig("/nowhere/m.yaml").status().code() == absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace binnacle::server
