// The handler of xDS requests: whatever a proxy says, and however the mesh moves
// meanwhile, its stream goes on or ends with an error.
//
// An input is a byte that says which variant, then steps: a request (0, its
// size in two bytes, its bytes), a change of the mesh (1), an answer to all that
// was sent (2), ten seconds that pass (3).

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/delta_request.h"
#include "server/stream_state.h"
#include "tests/fuzz/input.h"
#include "tests/server/fake_offer.h"
#include "translator/node.h"

namespace binnacle::fuzz {
namespace {

using envoy::service::discovery::v3::DeltaDiscoveryRequest;
using envoy::service::discovery::v3::DiscoveryRequest;
using server::DeltaRequest;
using server::FakeOffer;
using server::Response;
using server::StreamState;
using translator::ResourceType;

class Input {
 public:
  explicit Input(absl::string_view bytes) : rest_(bytes) {}

  bool ended() const { return rest_.empty(); }
  uint8_t Byte() {
    if (rest_.empty()) return 0;
    const auto byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }
  std::string Bytes(size_t size) {
    std::string bytes(rest_.substr(0, size));
    rest_.remove_prefix(bytes.size());
    return bytes;
  }

 private:
  absl::string_view rest_;
};

std::shared_ptr<FakeOffer> FirstOffer() {
  auto offer = std::make_shared<FakeOffer>();
  for (const char* name : {"a", "b"}) {
    offer->With(ResourceType::kCluster, name).With(ResourceType::kEndpoint, name);
    offer->Refers(name, {.endpoints = {name}, .routes = {}, .secrets = {"s"}});
  }
  offer->With(ResourceType::kListener, "l").With(ResourceType::kRoute, "r");
  offer->With(ResourceType::kSecret, "s");
  offer->Refers("l", {.endpoints = {}, .routes = {"r"}, .secrets = {"s"}});
  return offer;
}

// What protobuf reads, we read; and the same.
void ReadTwice(const std::string& bytes) {
  DeltaDiscoveryRequest message;
  if (!message.ParseFromString(bytes)) return;
  const auto request = DeltaRequest::Parse(bytes);
  Must(request.ok(), "what protobuf reads can be read");
  Must(request->type_url() == message.type_url() &&
           request->response_nonce() == message.response_nonce() &&
           request->has_node() == message.has_node() &&
           request->has_error_detail() == message.has_error_detail() &&
           std::equal(request->subscribe().begin(), request->subscribe().end(),
                      message.resource_names_subscribe().begin(),
                      message.resource_names_subscribe().end()) &&
           std::equal(request->unsubscribe().begin(), request->unsubscribe().end(),
                      message.resource_names_unsubscribe().begin(),
                      message.resource_names_unsubscribe().end()),
       "a request says what protobuf says that it says");
}

// A stream and all that happens to it.
class Life {
 public:
  Life(bool delta, std::optional<ResourceType> only)
      : delta_(delta), state_(delta ? server::Variant::kDelta : server::Variant::kSotw, only) {
    state_.Aim(offer_);
  }

  bool ended() const { return ended_; }

  void Ask(const std::string& bytes) {
    if (delta_) {
      ReadTwice(bytes);
      if (const auto request = DeltaRequest::Parse(bytes); request.ok()) {
        if (const auto node = request->node(); node.ok()) (void)translator::ParseNode(*node);
        Take(*request);
      }
    } else if (DiscoveryRequest request; request.ParseFromString(bytes)) {
      (void)translator::ParseNode(request.node());
      Take(request);
    }
  }

  void ChangeTheMesh() {
    offer_ = offer_->Next();
    const std::string round = std::to_string(++round_);
    offer_->With(ResourceType::kCluster, "a", round).With(ResourceType::kRoute, "r", round);
    if (round_ % 2 == 1) {
      offer_->Without(ResourceType::kCluster, "b").Without(ResourceType::kEndpoint, "b");
    } else {
      offer_->With(ResourceType::kCluster, "b", round).With(ResourceType::kEndpoint, "b", round);
    }
    state_.Aim(offer_);
    Send();
  }

  void AnswerAll() {
    for (const auto& [type, nonce] : std::exchange(in_flight_, {})) Answer(type, nonce);
  }

  void Pass(absl::Duration time) {
    now_ += time;
    Send();
  }

  // Whoever answers everything is told everything, and then nothing more.
  void ComeToRest() {
    for (int round = 0; round < 50; ++round) {
      AnswerAll();
      Pass(absl::Seconds(10));
      if (ended_ || in_flight_.empty()) return;
    }
    Must(false, "a proxy that answers everything comes to rest");
  }

 private:
  template <typename Request>
  void Take(const Request& request) {
    const auto event = state_.Receive(request);
    if (!event.ok()) {
      Must(absl::IsInvalidArgument(event.status()), "a stream ends for what its proxy said");
      ended_ = true;
      return;
    }
    const bool answered = event->reception.answer != server::Reception::Answer::kNone;
    if (answered && event->type.has_value()) in_flight_.erase(*event->type);
    Send();
  }

  void Send() {
    while (!ended_) {
      const auto response = state_.Next(now_);
      if (!response.has_value()) return;
      Must(in_flight_.emplace(response->type, response->nonce).second,
           "at most one response of a type is in flight");
    }
  }

  void Answer(ResourceType type, const std::string& nonce) {
    if (ended_) return;
    if (delta_) {
      DeltaDiscoveryRequest request;
      request.set_type_url(std::string(translator::TypeUrl(type)));
      request.set_response_nonce(nonce);
      Take(DeltaRequest(request));
    } else {
      DiscoveryRequest request = Repeated(type);
      request.set_response_nonce(nonce);
      Take(request);
    }
  }

  // Of the state of the world an answer says again what is asked for.
  DiscoveryRequest Repeated(ResourceType type) const {
    DiscoveryRequest request;
    request.set_type_url(std::string(translator::TypeUrl(type)));
    for (const char* name : {"a", "b", "l", "r", "s"}) {
      if (state_.Wants(type, name)) request.add_resource_names(name);
    }
    return request;
  }

  const bool delta_;
  StreamState state_;
  std::shared_ptr<FakeOffer> offer_ = FirstOffer();
  std::map<ResourceType, std::string> in_flight_;
  absl::Time now_ = absl::UnixEpoch();
  int round_ = 0;
  bool ended_ = false;
};

}  // namespace

void TakeInput(absl::string_view input) {
  // It would print every text that is no UTF-8.
  static const auto kUsual = google::protobuf::SetLogHandler(nullptr);
  (void)kUsual;
  Input script(input);
  const uint8_t variant = script.Byte();
  std::optional<ResourceType> only;
  if (variant >= 2) only = server::kPushOrder.at(variant % server::kPushOrder.size());
  Life life(variant % 2 == 0, only);
  for (int steps = 0; steps < 200 && !script.ended() && !life.ended(); ++steps) {
    switch (script.Byte() % 4) {
      case 0: {
        const size_t low = script.Byte();
        life.Ask(script.Bytes(low + (size_t{script.Byte()} << 8)));
        break;
      }
      case 1:
        life.ChangeTheMesh();
        break;
      case 2:
        life.AnswerAll();
        break;
      default:
        life.Pass(absl::Seconds(10));
    }
  }
  life.ComeToRest();
}

}  // namespace binnacle::fuzz
