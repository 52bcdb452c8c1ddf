#include "agent/sds_subscription.h"

#include <catch2/catch.hpp>
#include <memory>

#include "agent/secret_resource.h"

namespace binnacle::agent {
namespace {

using Answer = Acknowledgements::Answer;

class NoFiles final : public SecretSource {
 public:
  void Want(const std::string& name) override { ++wanted[name]; }
  void Release(const std::string& name) override { --wanted[name]; }

  std::map<std::string, int> wanted;
};

struct Fixture {
  SecretStore store;
  NoFiles files;
  Acknowledgements acknowledgements;
  std::unique_ptr<SdsSubscription> stream =
      std::make_unique<SdsSubscription>(store, files, acknowledgements);

  std::string Put(const std::string& name, const std::string& content) {
    return store.Put(name, RootsSecret(name, content));
  }
  Answer Of(const std::string& name, const std::string& version) {
    return acknowledgements.Of(name, version).answer;
  }
};

DiscoveryRequest Ask(const std::vector<std::string>& names, const std::string& nonce = "",
                     const std::string& error = "") {
  DiscoveryRequest request;
  for (const std::string& name : names) request.add_resource_names(name);
  request.set_response_nonce(nonce);
  if (!error.empty()) request.mutable_error_detail()->set_message(error);
  return request;
}

TEST_CASE("what exists is sent at once, and what does not is withheld until it does") {
  Fixture f;
  f.Put("ROOTCA", "roots");
  DiscoveryResponse response;
  REQUIRE(f.stream->OnRequest(Ask({"default", "ROOTCA"})).ok());
  REQUIRE(f.stream->Next(response));
  CHECK(response.resources_size() == 1);
  CHECK_FALSE(f.stream->Next(response));
  const std::string nonce = response.nonce();
  f.Put("default", "certificate");
  CHECK_FALSE(f.stream->Next(response));  // one at a time
  REQUIRE(f.stream->OnRequest(Ask({"default", "ROOTCA"}, nonce)).ok());
  REQUIRE(f.stream->Next(response));
  CHECK(response.resources_size() == 1);
}

TEST_CASE("a version that was refused is not sent again, the next one is") {
  Fixture f;
  const std::string bad = f.Put("ROOTCA", "bad");
  DiscoveryResponse response;
  REQUIRE(f.stream->OnRequest(Ask({"ROOTCA"})).ok());
  REQUIRE(f.stream->Next(response));
  REQUIRE(f.stream->OnRequest(Ask({"ROOTCA"}, response.nonce(), "no PEM")).ok());
  CHECK_FALSE(f.stream->Next(response));
  CHECK(f.Of("ROOTCA", bad) == Answer::kRefused);
  CHECK(f.acknowledgements.Of("ROOTCA", bad).why == "no PEM");
  const std::string good = f.Put("ROOTCA", "good");
  REQUIRE(f.stream->Next(response));
  CHECK(f.Of("ROOTCA", good) == Answer::kWaiting);
  REQUIRE(f.stream->OnRequest(Ask({"ROOTCA"}, response.nonce())).ok());
  CHECK(f.Of("ROOTCA", good) == Answer::kTaken);
}

TEST_CASE("an answer to an older response settles nothing") {
  Fixture f;
  const std::string version = f.Put("ROOTCA", "roots");
  DiscoveryResponse response;
  REQUIRE(f.stream->OnRequest(Ask({"ROOTCA"})).ok());
  REQUIRE(f.stream->Next(response));
  REQUIRE(f.stream->OnRequest(Ask({"ROOTCA"}, "stale")).ok());
  CHECK(f.Of("ROOTCA", version) == Answer::kWaiting);
}

TEST_CASE("a name that is no longer asked for is not waited for") {
  Fixture f;
  const std::string version = f.Put("ROOTCA", "roots");
  DiscoveryResponse response;
  REQUIRE(f.stream->OnRequest(Ask({"ROOTCA", "file-root:/x"})).ok());
  REQUIRE(f.stream->Next(response));
  REQUIRE(f.stream->OnRequest(Ask({"file-root:/x"}, response.nonce())).ok());
  f.Put("ROOTCA", "others");
  CHECK_FALSE(f.stream->Next(response));
  CHECK(f.Of("ROOTCA", "any") == Answer::kTaken);
  CHECK(f.files.wanted["ROOTCA"] == 0);
  CHECK(f.files.wanted["file-root:/x"] == 1);
  f.stream = nullptr;
  CHECK(f.files.wanted["file-root:/x"] == 0);
  CHECK(f.acknowledgements.streams() == 0);
}

TEST_CASE("another type than secrets is refused") {
  Fixture f;
  DiscoveryRequest request = Ask({"ROOTCA"});
  request.set_type_url("type.googleapis.com/envoy.config.cluster.v3.Cluster");
  CHECK(absl::IsInvalidArgument(f.stream->OnRequest(request)));
}

TEST_CASE("a delta client that comes back is sent only what it does not hold") {
  Fixture f;
  const std::string version = f.Put("ROOTCA", "roots");
  DeltaDiscoveryRequest request;
  request.add_resource_names_subscribe("ROOTCA");
  (*request.mutable_initial_resource_versions())["ROOTCA"] = version;
  REQUIRE(f.stream->OnRequest(request).ok());
  DeltaDiscoveryResponse response;
  CHECK_FALSE(f.stream->Next(response));
  CHECK(f.Of("ROOTCA", version) == Answer::kTaken);
}

TEST_CASE("a delta client that subscribes once more is answered once more") {
  Fixture f;
  f.Put("ROOTCA", "roots");
  DeltaDiscoveryRequest request;
  request.add_resource_names_subscribe("ROOTCA");
  DeltaDiscoveryResponse response;
  REQUIRE(f.stream->OnRequest(request).ok());
  REQUIRE(f.stream->Next(response));
  request.set_response_nonce(response.nonce());
  REQUIRE(f.stream->OnRequest(request).ok());
  REQUIRE(f.stream->Next(response));
  CHECK(response.resources(0).name() == "ROOTCA");
  CHECK(f.files.wanted["ROOTCA"] == 1);
  DeltaDiscoveryRequest drop;
  drop.add_resource_names_unsubscribe("ROOTCA");
  REQUIRE(f.stream->OnRequest(drop).ok());
  CHECK(f.files.wanted["ROOTCA"] == 0);
}

TEST_CASE("all streams must have taken a version before it is in effect") {
  Fixture f;
  SdsSubscription other(f.store, f.files, f.acknowledgements);
  CHECK(f.Of("ROOTCA", "v") == Answer::kTaken);  // nobody asks for it
  const std::string version = f.Put("ROOTCA", "roots");
  DiscoveryResponse first;
  DiscoveryResponse second;
  REQUIRE(f.stream->OnRequest(Ask({"ROOTCA"})).ok());
  REQUIRE(other.OnRequest(Ask({"ROOTCA"})).ok());
  REQUIRE(f.stream->Next(first));
  REQUIRE(other.Next(second));
  REQUIRE(f.stream->OnRequest(Ask({"ROOTCA"}, first.nonce())).ok());
  CHECK(f.Of("ROOTCA", version) == Answer::kWaiting);
  REQUIRE(other.OnRequest(Ask({"ROOTCA"}, second.nonce())).ok());
  CHECK(f.Of("ROOTCA", version) == Answer::kTaken);
}

}  // namespace
}  // namespace binnacle::agent
