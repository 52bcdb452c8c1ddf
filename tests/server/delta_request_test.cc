#include "server/delta_request.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace binnacle::server {
namespace {

using envoy::service::discovery::v3::DeltaDiscoveryRequest;
using Strings = std::vector<std::string>;

Strings Copies(const std::vector<absl::string_view>& views) { return {views.begin(), views.end()}; }

DeltaDiscoveryRequest Example() {
  DeltaDiscoveryRequest request;
  request.mutable_node()->set_id("sidecar~10.0.0.1~a.default~default.svc.cluster.local");
  request.set_type_url("type.googleapis.com/envoy.config.cluster.v3.Cluster");
  for (const char* name : {"a", "b", ""}) request.add_resource_names_subscribe(name);
  request.add_resource_names_unsubscribe("gr\xc3\xbc\xc3\x9f");
  (*request.mutable_initial_resource_versions())["a"] = "1";
  (*request.mutable_initial_resource_versions())[std::string(300, 'n')] = "2";
  request.set_response_nonce("17");
  request.mutable_error_detail()->set_code(3);
  request.mutable_error_detail()->set_message("no");
  return request;
}

// What the library can read in `bytes` is read, and is the same.
void CheckAsTheLibrary(const std::string& bytes) {
  DeltaDiscoveryRequest expected;
  if (!expected.ParseFromString(bytes)) return;
  const auto request = DeltaRequest::Parse(bytes);
  REQUIRE(request.ok());
  REQUIRE(request->has_node() == expected.has_node());
  if (request->has_node()) {
    REQUIRE(request->node()->SerializeAsString() == expected.node().SerializeAsString());
  }
  REQUIRE(request->type_url() == expected.type_url());
  REQUIRE(request->response_nonce() == expected.response_nonce());
  REQUIRE(request->has_error_detail() == expected.has_error_detail());
  REQUIRE(request->error_detail().SerializeAsString() ==
          expected.error_detail().SerializeAsString());
  REQUIRE(Copies(request->subscribe()) == Strings(expected.resource_names_subscribe().begin(),
                                                  expected.resource_names_subscribe().end()));
  REQUIRE(Copies(request->unsubscribe()) == Strings(expected.resource_names_unsubscribe().begin(),
                                                    expected.resource_names_unsubscribe().end()));
  std::map<std::string, std::string> versions;
  ToldVersions told = request->initial_resource_versions();
  for (const auto& entry : told.Sorted()) {
    versions.emplace(std::string(entry.name), std::string(entry.version));
  }
  std::map<std::string, std::string> expected_versions;
  for (const auto& [name, version] : expected.initial_resource_versions()) {
    if (!version.empty()) expected_versions.emplace(name, version);
  }
  REQUIRE(versions == expected_versions);
}

TEST_CASE("a request is read as Protocol Buffers would read it") {
  CheckAsTheLibrary("");
  CheckAsTheLibrary(Example().SerializeAsString());
  // Twice the same message is one message.
  CheckAsTheLibrary(Example().SerializeAsString() + Example().SerializeAsString());
}

TEST_CASE("text that is no UTF-8 is refused, as is a message cut short") {
  DeltaDiscoveryRequest request = Example();
  request.add_resource_names_subscribe("\xff");
  CHECK(DeltaRequest::Parse(request.SerializeAsString()).status().message() ==
        "the request cannot be read: it is no envoy.service.discovery.v3.DeltaDiscoveryRequest");
  const std::string bytes = Example().SerializeAsString();
  for (size_t size = 0; size < bytes.size(); ++size) CheckAsTheLibrary(bytes.substr(0, size));
  CHECK_FALSE(DeltaRequest::Parse(bytes.substr(0, bytes.size() - 1)).ok());
}

TEST_CASE("bytes changed at random are read as Protocol Buffers would, if it can") {
  std::mt19937 random(3);
  const std::string bytes = Example().SerializeAsString();
  for (int round = 0; round < 20'000; ++round) {
    std::string changed = bytes;
    for (int i = 0; i < 2; ++i) changed[random() % changed.size()] = static_cast<char>(random());
    CAPTURE(round);
    CheckAsTheLibrary(changed);
  }
}

TEST_CASE("of a name told twice the last version counts") {
  DeltaDiscoveryRequest first;
  (*first.mutable_initial_resource_versions())["a"] = "1";
  DeltaDiscoveryRequest second;
  (*second.mutable_initial_resource_versions())["a"] = "2";
  const auto request = DeltaRequest::Parse(first.SerializeAsString() + second.SerializeAsString());
  REQUIRE(request.ok());
  ToldVersions told = request->initial_resource_versions();
  REQUIRE(told.Sorted().size() == 1);
  CHECK(told.Sorted()[0].version == "2");
}

}  // namespace
}  // namespace binnacle::server
