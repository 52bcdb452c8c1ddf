#include "bench/load_proxy.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace binnacle::bench {
namespace {

// DiscoveryRequest.
constexpr uint32_t kSotwVersion = 1;
constexpr uint32_t kSotwNode = 2;
constexpr uint32_t kSotwNames = 3;
constexpr uint32_t kSotwTypeUrl = 4;
constexpr uint32_t kSotwNonce = 5;
// DeltaDiscoveryRequest.
constexpr uint32_t kDeltaNode = 1;
constexpr uint32_t kDeltaTypeUrl = 2;
constexpr uint32_t kDeltaSubscribe = 3;
constexpr uint32_t kDeltaUnsubscribe = 4;
constexpr uint32_t kDeltaNonce = 6;

constexpr bool IsWildcard(XdsType type) { return type == kCds || type == kLds; }

absl::StatusOr<XdsType> TypeOf(absl::string_view url) {
  for (size_t i = 0; i < kXdsTypes; ++i) {
    if (kXdsTypeUrls[i] == url) return static_cast<XdsType>(i);
  }
  return absl::InvalidArgumentError(absl::StrCat("a response of the type \"", url, "\""));
}

}  // namespace

void LoadProxy::TypeState::Reach(NameId name) {
  if (name < held.size()) return;
  const size_t size = std::max<size_t>(name + 1, held.size() + held.size() / 2);
  held.resize(size, nullptr);
  uses.resize(size, 0);
  wants.resize(size, Want::kNo);
}

std::string LoadProxy::Header(XdsType type, absl::string_view nonce) {
  std::string header;
  const bool delta = mesh_.delta;
  if (!std::exchange(introduced_, true)) {
    AppendField(header, delta ? kDeltaNode : kSotwNode, node_);
  }
  AppendField(header, delta ? kDeltaTypeUrl : kSotwTypeUrl, kXdsTypeUrls[type]);
  if (delta) {
    if (!nonce.empty()) AppendField(header, kDeltaNonce, nonce);
    return header;
  }
  // Every later request repeats what was last acknowledged.
  const TypeState& state = types_[type];
  if (!state.nonce.empty()) AppendField(header, kSotwNonce, state.nonce);
  if (!state.version.empty()) AppendField(header, kSotwVersion, state.version);
  return header;
}

grpc::ByteBuffer LoadProxy::Compose(XdsType type, const Words& words) {
  std::vector<grpc::Slice> parts = {grpc::Slice(Header(type, words.nonce))};
  RequestBodies& bodies = mesh_.bodies;
  if (!mesh_.delta) {
    if (!IsWildcard(type)) parts.push_back(bodies.Names(type, kSotwNames, Wanted(type)));
    return {parts.data(), parts.size()};
  }
  if (!words.subscribe.empty()) {
    parts.push_back(bodies.Names(type, kDeltaSubscribe, words.subscribe));
  }
  if (!words.unsubscribe.empty()) {
    parts.push_back(bodies.Names(type, kDeltaUnsubscribe, words.unsubscribe));
  }
  if (words.with_versions) {
    std::vector<const KnownResource*> held;
    for (const KnownResource* resource : types_[type].held) {
      if (resource != nullptr) held.push_back(resource);
    }
    if (!held.empty()) parts.push_back(bodies.Versions(type, held));
  }
  return {parts.data(), parts.size()};
}

std::vector<NameId> LoadProxy::Wanted(XdsType type) const {
  std::vector<NameId> names;
  const auto& wants = types_[type].wants;
  for (NameId name = 0; name < wants.size(); ++name) {
    if (wants[name] != Want::kNo) names.push_back(name);
  }
  return names;
}

std::vector<grpc::ByteBuffer> LoadProxy::Begin() {
  introduced_ = false;
  types_[kCds].active = true;
  for (TypeState& state : types_) state.nonce.clear();
  std::vector<grpc::ByteBuffer> requests;
  for (const XdsType type : {kCds, kEds, kLds, kRds, kVhds}) {
    if (!types_[type].active) continue;
    requests.push_back(Compose(type, {{}, Wanted(type), {}, /*with_versions=*/true}));
  }
  return requests;
}

void LoadProxy::Refer(XdsType type, const KnownResource& resource, int by) {
  if (!IsWildcard(type)) return;
  TypeState& referred = types_[ReferredBy(type)];
  for (const NameId name : resource.refers_to) {
    referred.Reach(name);
    referred.uses[name] += static_cast<uint32_t>(by);
    referred.touched.push_back(name);
  }
}

// True if it was not held in this version.
bool LoadProxy::Hold(XdsType type, const KnownResource& resource) {
  TypeState& state = types_[type];
  state.Reach(resource.name);
  if (state.wants[resource.name] == Want::kAsked) {
    state.wants[resource.name] = Want::kAnswered;
    --state.unanswered;
  }
  const KnownResource* before = std::exchange(state.held[resource.name], &resource);
  if (before == &resource) return false;
  Refer(type, resource, +1);
  if (before != nullptr) Refer(type, *before, -1);
  if (before == nullptr) ++state.held_count;
  return true;
}

void LoadProxy::Drop(XdsType type, NameId name) {
  TypeState& state = types_[type];
  state.Reach(name);
  if (state.wants[name] == Want::kAsked) {
    state.wants[name] = Want::kAnswered;
    --state.unanswered;
  }
  const KnownResource* before = std::exchange(state.held[name], nullptr);
  if (before == nullptr) return;
  --state.held_count;
  Refer(type, *before, -1);
}

// A state-of-the-world response of a wildcard type is the whole of it.
void LoadProxy::DropAllBut(XdsType type, const std::vector<NameId>& kept) {
  TypeState& state = types_[type];
  if (state.held_count == kept.size()) return;
  std::vector<bool> keep(state.held.size(), false);
  for (const NameId name : kept) keep[name] = true;
  for (NameId name = 0; name < keep.size(); ++name) {
    if (!keep[name]) Drop(type, name);
  }
}

// What is referred to now and was not before is asked for, and the reverse.
void LoadProxy::Settle(XdsType type, Words& words) {
  TypeState& state = types_[type];
  for (const NameId name : std::exchange(state.touched, {})) {
    Want& want = state.wants[name];
    if (state.uses[name] > 0 && want == Want::kNo) {
      want = Want::kAsked;
      ++state.unanswered;
      words.subscribe.push_back(name);
    } else if (state.uses[name] == 0 && want != Want::kNo) {
      if (want == Want::kAsked) --state.unanswered;
      want = Want::kNo;
      Drop(type, name);
      words.unsubscribe.push_back(name);
    }
  }
}

void LoadProxy::FollowReferences(XdsType type, Answer& answer) {
  if (IsWildcard(type)) {
    const XdsType referred = ReferredBy(type);
    Words words;
    Settle(referred, words);
    if (!words.subscribe.empty() || !words.unsubscribe.empty()) {
      types_[referred].active = true;
      answer.requests.push_back(Compose(referred, words));
    }
  }
  if (type == kRds) AskForVirtualHosts(answer);
  const bool warm = types_[kCds].answered && types_[kEds].unanswered == 0;
  if (!warm || std::exchange(types_[kLds].active, true)) return;
  answer.requests.push_back(Compose(kLds, {}));
}

void LoadProxy::AskForVirtualHosts(Answer& answer) {
  TypeState& state = types_[kVhds];
  if (mesh_.virtual_hosts.empty() || std::exchange(state.active, true)) return;
  Words words;
  for (const std::string& host : mesh_.virtual_hosts) {
    const NameId name = mesh_.known.NameOf(kVhds, host);
    state.Reach(name);
    state.wants[name] = Want::kAsked;
    words.subscribe.push_back(name);
  }
  state.unanswered = words.subscribe.size();
  answer.requests.push_back(Compose(kVhds, {}));  // as a route configuration without any begins
  answer.requests.push_back(Compose(kVhds, words));
}

absl::StatusOr<LoadProxy::Answer> LoadProxy::Receive(absl::string_view bytes) {
  ScannedResponse response;
  if (!ScanResponse(bytes, mesh_.delta, response)) {
    return absl::InvalidArgumentError("the server sent what is no discovery response");
  }
  const auto type = TypeOf(response.type_url);
  if (!type.ok()) return type.status();
  Received& received = mesh_.received;
  ++received.responses;
  received.bytes += bytes.size();
  received.resources[*type] += response.resources.size();
  received.removed += response.removed.size();
  Answer answer;
  answer.marked = Take(*type, response);
  answer.requests.push_back(Compose(*type, {response.nonce, {}, {}, false}));
  FollowReferences(*type, answer);
  return answer;
}

// True if something in it bears the mark.
bool LoadProxy::Take(XdsType type, const ScannedResponse& response) {
  TypeState& state = types_[type];
  state.answered = true;
  if (!mesh_.delta) {
    state.version = std::string(response.version);
    state.nonce = std::string(response.nonce);
  }
  bool marked = false;
  std::vector<NameId> named;
  for (const ScannedResource& scanned : response.resources) {
    const KnownResource& resource = mesh_.known.Seen(type, scanned);
    if (!Hold(type, resource)) ++mesh_.received.held_already;
    if (!mesh_.delta) named.push_back(resource.name);
    marked = marked || (resource.marked != 0 && resource.marked == mesh_.mark);
  }
  if (!mesh_.delta && IsWildcard(type)) DropAllBut(type, named);
  for (const absl::string_view name : response.removed) Drop(type, mesh_.known.NameOf(type, name));
  return marked;
}

bool LoadProxy::complete() const {
  return types_[kCds].answered && types_[kEds].unanswered == 0 && types_[kLds].answered &&
         types_[kRds].unanswered == 0 && types_[kVhds].unanswered == 0 &&
         (mesh_.virtual_hosts.empty() || types_[kVhds].active);
}

}  // namespace binnacle::bench
