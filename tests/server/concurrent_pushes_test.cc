// Streams that come, ask and go on several threads while snapshots move on: of
// use under the thread sanitizer.

#include <atomic>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "mesh/mesh_settings.h"
#include "mesh/store.h"
#include "policy/document.h"
#include "server/push_hub.h"
#include "server/translation_pool.h"
#include "translator/translator.h"

namespace binnacle::server {
namespace {

constexpr int kCommits = 40;
constexpr int kStreams = 8;
constexpr int kLives = 5;  // of each place among the streams

mesh::Change ServiceOn(int port) {
  const std::string text =
      absl::StrCat("apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: shop}\n",
                   "spec: {clusterIP: 10.0.0.1, ports: [{name: http, port: ", port, "}]}\n");
  return {policy::ParseDocuments(text, "mesh.yaml").objects, {}, absl::Now()};
}

translator::Node NodeOf(int number) {
  translator::Node node;
  node.ns = number % 2 == 0 ? "shop" : "other";
  node.name = absl::StrCat("web-", number, ".", node.ns);
  node.id = absl::StrCat("sidecar~10.9.0.", number, "~", node.name, "~", node.ns, ".svc.test");
  node.addresses = {absl::StrCat("10.9.0.", number)};
  node.envoy = {1, 40};
  return node;
}

// A stream without a proxy: it holds what it would send.
class AskingStream final : public ProxyStream, public std::enable_shared_from_this<AskingStream> {
 public:
  AskingStream(PushHub& hub, TranslationPool& pool, int number)
      : hub_(hub), strand_(std::make_shared<Strand>(pool)), node_(NodeOf(number)) {}

  void Changed() override {
    strand_->Post([self = shared_from_this()] { self->Ask(); });
  }
  void RefusalsChanged(const Refusals*) override {}
  void Close(const grpc::Status&) override { closed_ = true; }
  StreamReport report() const override {
    StreamReport report;
    report.proxy = node_.name;
    report.revision = revision_;
    return report;
  }
  void Inspect(ResourceType, std::function<void(std::vector<ResourcePtr>)> done) override {
    done({});
  }

  uint64_t revision() const { return revision_; }
  bool closed() const { return closed_; }
  bool right() const { return right_; }

 private:
  void Ask() {
    const PushTarget target = hub_.target();
    if (target.snapshot == nullptr) return;
    const auto offer = hub_.OfferFor(node_, target);
    const auto clusters = offer->All(ResourceType::kCluster);
    const auto* service = target.snapshot->Find<mesh::FactKind::kServices>("a.shop.svc.test");
    const std::string name =
        absl::StrCat("outbound|", service->front()->ports[0].number, "||a.shop.svc.test");
    const auto found = offer->Find(ResourceType::kCluster, name);
    if (found == nullptr || clusters->Find(name) != found) right_ = false;
    if (offer->revision() < revision_) right_ = false;
    revision_ = offer->revision();
  }

  PushHub& hub_;
  const std::shared_ptr<Strand> strand_;
  const translator::Node node_;
  std::atomic<uint64_t> revision_{0};
  std::atomic<bool> closed_{false};
  std::atomic<bool> right_{true};
};

TEST_CASE("streams that come and go while snapshots move on are all told the newest") {
  mesh::Store store({mesh::WithDefaults({}), "test"});
  translator::Translator translator;
  TranslationPool pool(3);
  PushHub hub(translator);
  hub.Publish(store.Apply(ServiceOn(1)));

  std::vector<std::shared_ptr<AskingStream>> stay;
  for (int i = 0; i < kStreams; ++i) {
    stay.push_back(std::make_shared<AskingStream>(hub, pool, i));
    REQUIRE(hub.Join(stay.back()));
    stay.back()->Changed();
  }
  std::atomic<bool> all_right{true};
  std::thread comers([&] {
    for (int i = 0; i < kStreams * kLives; ++i) {
      const auto stream = std::make_shared<AskingStream>(hub, pool, i);
      if (!hub.Join(stream)) all_right = false;
      stream->Changed();
      for (const auto& other : hub.streams()) other->report();
      hub.Leave(stream.get());
      if (!stream->right()) all_right = false;
    }
  });
  for (int port = 2; port <= kCommits; ++port) {
    hub.Publish(store.Apply(ServiceOn(port)));
    std::this_thread::yield();
  }
  comers.join();
  pool.Stop();
  CHECK(all_right);
  for (const auto& stream : stay) {
    CHECK(stream->right());
    CHECK(stream->revision() == store.snapshot()->revision());
  }
  hub.Close();
  for (const auto& stream : stay) CHECK(stream->closed());
  CHECK_FALSE(hub.Join(stay.front()));
}

}  // namespace
}  // namespace binnacle::server
