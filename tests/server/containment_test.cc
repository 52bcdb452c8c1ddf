#include <catch2/catch.hpp>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "server/refusals.h"
#include "server/stream_state.h"
#include "tests/server/fake_offer.h"
#include "tests/server/route_resource.h"

namespace binnacle::server {
namespace {

using envoy::service::discovery::v3::DeltaDiscoveryRequest;
using envoy::service::discovery::v3::DiscoveryRequest;
using Strings = std::vector<std::string>;

constexpr auto kCds = ResourceType::kCluster;
constexpr auto kEds = ResourceType::kEndpoint;
constexpr auto kLds = ResourceType::kListener;
constexpr auto kRds = ResourceType::kRoute;
constexpr auto kVhds = ResourceType::kVirtualHost;

const absl::Time kNow = absl::UnixEpoch() + absl::Hours(1);

// What a class is offered of `made`, as ClassOffer does it.
class ClassView final : public Offer {
 public:
  ClassView(std::shared_ptr<FakeOffer> made, std::shared_ptr<Refusals> refusals)
      : made_(std::move(made)), refusals_(std::move(refusals)) {
    refusals_->Review(
        [&](ResourceType type, const std::string& name) { return made_->Find(type, name); });
  }

  std::shared_ptr<const translator::ResourceSet> All(ResourceType type) override {
    return refusals_->Pass(type, made_->All(type));
  }
  ResourcePtr Find(ResourceType type, absl::string_view name) override {
    return refusals_->Pass(made_->Find(type, name));
  }
  const translator::References& ReferencesOf(const ResourcePtr& resource) override {
    return made_->ReferencesOf(resource);
  }
  bool Withholds(ResourceType type) const override { return refusals_->any(type); }
  Withholding Withheld(ResourceType type, absl::string_view name) const override {
    return refusals_->Lacking(type, name) ? Withholding::kForGood : Withholding::kNot;
  }
  Refusals* refusals() override { return refusals_.get(); }
  uint64_t revision() const override { return made_->revision(); }
  absl::Time seen() const override { return made_->seen(); }

 private:
  std::shared_ptr<FakeOffer> made_;
  std::shared_ptr<Refusals> refusals_;
};

// A proxy that holds what it has accepted, as Envoy does.
class Proxy {
 public:
  // Of this it refuses every resource whose bytes hold one of `bad`.
  explicit Proxy(Strings bad = {}) : state(Variant::kDelta, std::nullopt), bad_(std::move(bad)) {
    state.set_proxy("web-1.default");
  }

  void Ask(ResourceType type, const Strings& names,
           const std::map<std::string, std::string>& held = {}) {
    DeltaDiscoveryRequest request;
    request.set_type_url(std::string(translator::TypeUrl(type)));
    request.mutable_resource_names_subscribe()->Add(names.begin(), names.end());
    for (const auto& [name, version] : held) {
      (*request.mutable_initial_resource_versions())[name] = version;
      holds[type][name] = version;
    }
    REQUIRE(state.Receive(request).ok());
  }

  // Answers all that comes, until it is silent. Returns what was sent, in
  // order: "CDS a b -c".
  Strings Run() {
    Strings sent;
    while (auto response = state.Next(kNow)) {
      REQUIRE(sent.size() < 100);
      sent.push_back(Describe(*response));
      Answer(*response);
    }
    return sent;
  }

  void Answer(const Response& response) {
    DeltaDiscoveryRequest request;
    request.set_type_url(std::string(translator::TypeUrl(response.type)));
    request.set_response_nonce(response.nonce);
    const Strings refused = Refused(response);
    if (refused.empty()) {
      Take(response, {});
    } else if (response.type == kCds || response.type == kLds) {
      Take(response, refused);
      std::string named = "Error adding/updating cluster(s) ";
      for (const std::string& name : refused) absl::StrAppend(&named, name, ": bad, ");
      request.mutable_error_detail()->set_message(named);
    } else {
      request.mutable_error_detail()->set_message(error);
    }
    ++answers;
    refusals += refused.empty() ? 0 : 1;
    const auto event = state.Receive(request);
    REQUIRE(event.ok());
    for (const auto& guilty : event->guilty) {
      convicted.push_back(absl::StrCat(guilty.suspect.name(),
                                       guilty.suspect.part.name.empty() ? "" : "/",
                                       guilty.suspect.part.name));
    }
  }

  std::string Status(ResourceType type) const {
    for (const TypeStatus& status : state.statuses()) {
      if (status.type == type) return std::string(SyncStatusName(status.status));
    }
    return "";
  }

  StreamState state;
  std::string error = "something is bad";                            // of what Envoy would not name
  std::map<ResourceType, std::map<std::string, std::string>> holds;  // name -> version
  Strings convicted;
  int answers = 0;
  int refusals = 0;

 private:
  static std::string Describe(const Response& response) {
    std::string text(translator::ShortName(response.type));
    for (const auto& resource : response.resources) absl::StrAppend(&text, " ", resource->name());
    for (const auto& name : response.removed) absl::StrAppend(&text, " -", name);
    return text;
  }
  Strings Refused(const Response& response) const {
    Strings refused;
    for (const auto& resource : response.resources) {
      if (PartMentions(*resource, "", bad_)) refused.push_back(resource->name());
    }
    return refused;
  }
  void Take(const Response& response, const Strings& refused) {
    for (const auto& resource : response.resources) {
      if (absl::c_linear_search(refused, resource->name())) continue;
      holds[response.type][resource->name()] = resource->version();
    }
    for (const auto& name : response.removed) holds[response.type].erase(name);
  }

  const Strings bad_;
};

const Strings kBad = {"BAD"};

struct Class {
  std::shared_ptr<Refusals> refusals = std::make_shared<Refusals>();
  std::shared_ptr<FakeOffer> made = std::make_shared<FakeOffer>();

  std::shared_ptr<Offer> View() const { return std::make_shared<ClassView>(made, refusals); }
  // A new snapshot.
  FakeOffer& Change() {
    made = made->Next();
    return *made;
  }
  std::unique_ptr<Proxy> Connect(const Strings& bad = kBad) const {
    auto proxy = std::make_unique<Proxy>(bad);
    proxy->state.Aim(View());
    proxy->Ask(kCds, {"*"});
    proxy->Run();
    if (!proxy->holds[kCds].empty()) proxy->Ask(kEds, Names(kEds));
    proxy->Ask(kLds, {"*"});
    proxy->Run();
    proxy->Ask(kRds, Names(kRds));
    proxy->Run();
    return proxy;
  }
  Strings Names(ResourceType type) const {
    Strings names;
    const auto all = made->All(type);
    for (const auto& resource : *all) names.push_back(resource->name());
    return names;
  }
  std::string Version(ResourceType type, const std::string& name) const {
    return made->Find(type, name)->version();
  }
};

Class SmallMesh() {
  Class mesh;
  mesh.made->With(kCds, "a").With(kCds, "b").With(kEds, "a").With(kEds, "b").With(kLds, "l");
  mesh.made->Put(NewRoutes("80", {{"x", "a"}, {"y", "b"}}));
  mesh.made->Refers("a", {.endpoints = {"a"}, .routes = {}, .secrets = {}});
  mesh.made->Refers("b", {.endpoints = {"b"}, .routes = {}, .secrets = {}});
  return mesh;
}

TEST_CASE("a virtual host that is refused holds up no other, and its requests do not wait") {
  Class mesh = SmallMesh();
  mesh.made->With(kVhds, "80/bad", "BAD").With(kVhds, "80/good").With(kVhds, "80/late");
  const auto proxy = mesh.Connect();
  proxy->Ask(kVhds, {"80/bad", "80/good"});
  proxy->Run();
  CHECK(proxy->convicted == Strings{"80/bad"});
  CHECK(proxy->holds[kVhds]["80/good"] == mesh.Version(kVhds, "80/good"));
  CHECK(proxy->holds[kVhds]["80/bad"] == StandIn(kVhds, "80/bad")->version());
  proxy->Ask(kVhds, {"80/late"});
  CHECK(proxy->Run() == Strings{"VHDS 80/late"});
  mesh.Change().With(kVhds, "80/bad", "mended");
  proxy->state.Aim(mesh.View());
  CHECK(proxy->Run() == Strings{"VHDS 80/bad"});
  CHECK(proxy->state.Settled());
}

TEST_CASE("what one proxy refuses, others of its class are never sent; a new one gets the former") {
  Class mesh = SmallMesh();
  const auto first = mesh.Connect();
  const auto second = mesh.Connect();
  const std::string former = mesh.Version(kCds, "a");
  mesh.Change().With(kCds, "a", "BAD").With(kCds, "b", "2").With(kCds, "c", "1");

  first->state.Aim(mesh.View());
  first->Run();
  CHECK(first->convicted == Strings{"a"});
  CHECK(first->state.TakeNews());
  CHECK(first->Status(kCds) == "NACKED");
  CHECK(first->holds[kCds]["a"] == former);
  CHECK(first->holds[kCds]["b"] == mesh.Version(kCds, "b"));

  second->state.Aim(mesh.View());
  second->Run();
  CHECK(second->refusals == 0);
  CHECK(second->Status(kCds) == "SYNCED");
  CHECK(second->holds[kCds]["a"] == former);
  CHECK(second->holds[kCds].contains("c"));

  const auto late = mesh.Connect();
  CHECK(late->refusals == 0);
  CHECK(late->holds[kCds]["a"] == former);
  CHECK(late->Status(kCds) == "SYNCED");
}

TEST_CASE("the refusing proxy is not sent the refused version again, also not on reconnecting") {
  Class mesh = SmallMesh();
  auto first = mesh.Connect();
  const std::string former = mesh.Version(kCds, "a");
  mesh.Change().With(kCds, "a", "BAD");
  first->state.Aim(mesh.View());
  first->Run();
  CHECK(first->refusals == 1);
  mesh.Change().With(kCds, "b", "3");
  first->state.Aim(mesh.View());
  CHECK(first->Run() == Strings{"CDS b", "EDS b"});
  CHECK(first->Status(kCds) == "NACKED");

  Proxy again(kBad);
  again.state.Aim(mesh.View());
  again.Ask(kCds, {"*"}, {{"a", former}, {"b", mesh.Version(kCds, "b")}});
  CHECK(again.Run().empty());
  CHECK(again.Status(kCds) == "SYNCED");
}

TEST_CASE("another version ends the refusal, and is offered to all") {
  Class mesh = SmallMesh();
  const auto first = mesh.Connect();
  const auto second = mesh.Connect();
  mesh.Change().With(kCds, "a", "BAD");
  for (Proxy* proxy : {first.get(), second.get()}) {
    proxy->state.Aim(mesh.View());
    proxy->Run();
  }
  REQUIRE(mesh.refusals->list().size() == 1);
  CHECK(mesh.refusals->list()[0].resource == "a");
  CHECK(mesh.refusals->list()[0].proxy == "web-1.default");

  mesh.Change().With(kCds, "a", "mended");
  for (Proxy* proxy : {first.get(), second.get()}) {
    proxy->state.Aim(mesh.View());
    proxy->Run();
    CHECK(proxy->holds[kCds]["a"] == mesh.Version(kCds, "a"));
    CHECK(proxy->Status(kCds) == "SYNCED");
  }
  CHECK(mesh.refusals->list().empty());
  CHECK_FALSE(mesh.refusals->any(kCds));
}

TEST_CASE("a resource that goes away takes its refusal along, and is removed") {
  Class mesh = SmallMesh();
  const auto first = mesh.Connect();
  mesh.Change().With(kCds, "a", "BAD");
  first->state.Aim(mesh.View());
  first->Run();
  mesh.Change().Without(kCds, "a").Without(kEds, "a").Put(NewRoutes("80", {{"y", "b"}}));
  first->state.Aim(mesh.View());
  first->Run();
  CHECK(mesh.refusals->list().empty());
  CHECK_FALSE(first->holds[kCds].contains("a"));
  CHECK(first->Status(kCds) == "SYNCED");
}

TEST_CASE("a class that never had another version goes without, and gets all the rest") {
  Class mesh = SmallMesh();
  mesh.made->With(kCds, "a", "BAD");
  const auto first = mesh.Connect();
  CHECK(first->convicted == Strings{"a"});
  CHECK_FALSE(first->holds[kCds].contains("a"));
  CHECK(first->holds[kCds].contains("b"));
  CHECK(first->holds[kRds].contains("80"));

  const auto late = mesh.Connect();
  CHECK(late->refusals == 0);
  CHECK_FALSE(late->holds[kCds].contains("a"));
  CHECK(late->Status(kCds) == "SYNCED");
}

TEST_CASE("one bad virtual host is found and withheld; the others of the configuration go on") {
  Class mesh = SmallMesh();
  const auto first = mesh.Connect();
  const auto second = mesh.Connect();
  mesh.Change().Put(NewRoutes("80", {{"x", "BAD"}, {"y", "b2"}, {"z", "a"}}));
  first->state.Aim(mesh.View());
  first->Run();
  CHECK(first->convicted == Strings{"80/x"});
  const std::string best = NewRoutes("80", {{"x", "a"}, {"y", "b2"}, {"z", "a"}})->version();
  CHECK(first->holds[kRds]["80"] == best);

  second->state.Aim(mesh.View());
  second->Run();
  CHECK(second->refusals == 0);
  CHECK(second->holds[kRds]["80"] == best);

  mesh.Change().Put(NewRoutes("80", {{"x", "BAD"}, {"y", "b3"}, {"z", "a"}}));
  for (Proxy* proxy : {first.get(), second.get()}) {
    proxy->state.Aim(mesh.View());
    CHECK(proxy->Run() == Strings{"RDS 80"});
  }
  CHECK(mesh.refusals->list().size() == 1);
}

TEST_CASE("a first configuration with a bad virtual host is served without it") {
  Class mesh = SmallMesh();
  mesh.made->Put(NewRoutes("80", {{"w", "a"}, {"x", "BAD"}, {"y", "b"}, {"z", "a"}}));
  mesh.made->Put(NewRoutes("8080", {{"x", "a"}}));
  const auto first = mesh.Connect();
  CHECK(first->convicted == Strings{"80/x"});
  const std::string rest = NewRoutes("80", {{"w", "a"}, {"y", "b"}, {"z", "a"}})->version();
  CHECK(first->holds[kRds]["80"] == rest);
  CHECK(first->holds[kRds].contains("8080"));
  const auto late = mesh.Connect();
  CHECK(late->refusals == 0);
  CHECK(late->holds[kRds]["80"] == rest);
}

TEST_CASE("endpoints that were never accepted are answered empty, so that no cluster waits") {
  Class mesh = SmallMesh();
  mesh.made->With(kEds, "a", "BAD");
  const auto first = mesh.Connect();
  CHECK(first->convicted == Strings{"a"});
  CHECK(first->holds[kEds]["a"] == StandIn(kEds, "a")->version());
  CHECK(first->holds[kEds]["b"] == mesh.Version(kEds, "b"));
}

TEST_CASE("a version that another proxy has accepted is only withheld from who refused it") {
  Class mesh = SmallMesh();
  const auto odd = mesh.Connect();
  const auto sound = mesh.Connect({});
  const std::string former = mesh.Version(kCds, "a");
  mesh.Change().With(kCds, "a", "BAD");

  // Both are sent it at once.
  odd->state.Aim(mesh.View());
  sound->state.Aim(mesh.View());
  const auto to_odd = odd->state.Next(kNow);
  const auto to_sound = sound->state.Next(kNow);
  REQUIRE((to_odd.has_value() && to_sound.has_value()));
  odd->Answer(*to_odd);
  CHECK(mesh.refusals->list()[0].withheld);
  sound->Answer(*to_sound);
  CHECK(sound->state.TakeNews());
  CHECK_FALSE(mesh.refusals->list()[0].withheld);

  odd->Run();
  CHECK(odd->refusals == 1);
  CHECK(odd->holds[kCds]["a"] == former);
  CHECK(odd->Status(kCds) == "NACKED");
  sound->Run();
  CHECK(sound->holds[kCds]["a"] == mesh.Version(kCds, "a"));
  const auto late = mesh.Connect({});
  CHECK(late->holds[kCds]["a"] == mesh.Version(kCds, "a"));
}

TEST_CASE("a proxy that knows a former version tells it, though it was not the one to refuse") {
  Class mesh = SmallMesh();
  const auto old = mesh.Connect();
  const std::string former = mesh.Version(kCds, "a");
  mesh.Change().With(kCds, "a", "BAD");
  const auto newcomer = mesh.Connect();  // refuses what it never had
  CHECK_FALSE(newcomer->holds[kCds].contains("a"));
  old->state.Aim(mesh.View());
  CHECK(old->Run().empty());
  CHECK(old->state.TakeNews());
  newcomer->Run();
  CHECK(newcomer->holds[kCds]["a"] == former);
}

TEST_CASE("what a proxy holds from before a restart stays while the new is refused") {
  Class mesh = SmallMesh();
  mesh.made->With(kCds, "a", "BAD").Put(NewRoutes("80", {{"x", "the BAD one"}, {"y", "b"}}));
  auto come_back = [&](Proxy& proxy) {
    proxy.state.Aim(mesh.View());
    proxy.Ask(kCds, {"*"}, {{"a", "from before"}, {"b", mesh.Version(kCds, "b")}});
    proxy.Ask(kRds, {"80"}, {{"80", "from before"}});
    proxy.Run();
    CHECK(proxy.holds[kCds]["a"] == "from before");
    CHECK(proxy.holds[kRds]["80"] == "from before");
  };
  SECTION("though nobody knows which part is to blame: a newcomer finds it") {
    Proxy first(kBad);
    come_back(first);
    CHECK(first.Status(kRds) == "NACKED");
    CHECK_FALSE(mesh.refusals->any(kRds));
  }
  SECTION("and its class is told of what its words quote") {
    Proxy first(kBad);
    first.error = "regex 'the BAD one' is too large";
    come_back(first);
    CHECK(first.convicted == Strings{"a", "80/x"});
    Proxy second(kBad);
    come_back(second);
    CHECK(second.refusals == 0);
  }
  const auto newcomer = mesh.Connect();
  CHECK(newcomer->holds[kRds]["80"] == NewRoutes("80", {{"y", "b"}})->version());
}

TEST_CASE("clusters stay while a refused route keeps the one before it in use") {
  Class mesh = SmallMesh();
  const auto proxy = mesh.Connect();
  mesh.Change().Without(kCds, "a").Without(kEds, "a");
  mesh.made->Put(NewRoutes("80", {{"x", "BAD"}, {"y", "b"}}));
  proxy->state.Aim(mesh.View());
  proxy->Run();
  CHECK(proxy->holds[kCds].contains("a"));
  CHECK(proxy->holds[kEds].contains("a"));
  CHECK(proxy->state.Settled());
  CHECK(proxy->state.WakeAt() == absl::InfiniteFuture());
  mesh.Change().Put(NewRoutes("80", {{"x", "b"}, {"y", "b"}}));
  proxy->state.Aim(mesh.View());
  proxy->Run();
  CHECK_FALSE(proxy->holds[kCds].contains("a"));
}

TEST_CASE("a route to a cluster that was refused does not replace one that works") {
  Class mesh = SmallMesh();
  const auto proxy = mesh.Connect();
  const auto second = mesh.Connect();
  const std::string former = mesh.Version(kRds, "80");
  mesh.Change().With(kCds, "new", "BAD");
  mesh.made->Put(NewRoutes("80", {{"x", "new"}, {"y", "b"}}));
  for (Proxy* one : {proxy.get(), second.get()}) {
    one->state.Aim(mesh.View());
    one->Run();
    CHECK(one->holds[kRds]["80"] == former);
  }
  mesh.Change().With(kCds, "new", "mended");
  for (Proxy* one : {proxy.get(), second.get()}) {
    one->state.Aim(mesh.View());
    one->Run();
    CHECK(one->holds[kRds]["80"] == mesh.Version(kRds, "80"));
  }
}

TEST_CASE("a proxy that refuses everything is believed only so far") {
  Class mesh;
  for (int i = 0; i < 200; ++i) mesh.made->With(kEds, absl::StrCat("e", i), "BAD");
  Proxy broken(kBad);
  broken.state.Aim(mesh.View());
  broken.Ask(kEds, mesh.Names(kEds));
  for (int i = 0; i < 2000; ++i) {
    const auto response = broken.state.Next(kNow);
    if (!response.has_value()) break;
    broken.Answer(*response);
  }
  CHECK_FALSE(broken.state.Next(kNow).has_value());
  CHECK(mesh.refusals->list().size() == Refusals::kMost);
}

TEST_CASE("state of the world: the refused cluster stays as it was, the rest moves on") {
  Class mesh = SmallMesh();
  StreamState state(Variant::kSotw, std::nullopt);
  state.Aim(mesh.View());
  std::string good;
  auto ask = [&](const std::string& nonce, const std::string& error) {
    DiscoveryRequest request;
    request.set_type_url(std::string(translator::TypeUrl(kCds)));
    request.set_response_nonce(nonce);
    request.set_version_info(good);
    if (!error.empty()) request.mutable_error_detail()->set_message(error);
    REQUIRE(state.Receive(request).ok());
  };
  auto versions = [](const Response& response) {
    std::map<std::string, std::string> all;
    for (const auto& resource : response.resources) all[resource->name()] = resource->version();
    return all;
  };
  ask("", "");
  auto response = state.Next(kNow);
  REQUIRE(response.has_value());
  good = response->version;
  ask(response->nonce, "");

  const std::string former = mesh.Version(kCds, "a");
  mesh.Change().With(kCds, "a", "BAD").With(kCds, "b", "2");
  state.Aim(mesh.View());
  response = state.Next(kNow);
  REQUIRE(response.has_value());
  ask(response->nonce, "Error adding/updating cluster(s) a: bad");
  response = state.Next(kNow);
  REQUIRE(response.has_value());
  CHECK(versions(*response) ==
        std::map<std::string, std::string>{{"a", former}, {"b", mesh.Version(kCds, "b")}});
  good = response->version;
  ask(response->nonce, "");
  CHECK_FALSE(state.Next(kNow).has_value());
}

}  // namespace
}  // namespace binnacle::server
