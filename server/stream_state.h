// server/stream_state.h
//
// Everything that the protocol knows of one stream, without the stream: the
// subscriptions of each type, and in which order and when their changes may go.
//
// Clusters and their endpoints reach the proxy and are acknowledged before
// listeners and routes that use them; clusters go only after the listeners and
// routes without them are acknowledged. When a cluster or a listener changes,
// the endpoints, routes and secrets that it waits for are sent again, right
// behind it: Envoy acknowledges clusters only once they are warm, which they
// become by these. Waiting for an acknowledgement is bounded: kPatience.
//
// What the proxy refuses is told to its class and kept from both, until another
// version is offered. While routes or listeners of before are kept in place of
// refused ones, so are clusters and endpoints that would go.
//
// Threads  belongs to one stream's strand.
// Errors   a request that ends the stream: kInvalidArgument, with what to
//          mend.
// Spec     xDS protocol: ordering ("eventual consistency considerations"),
//          resource warming.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "envoy/service/discovery/v3/discovery.pb.h"
#include "server/containment.h"
#include "server/delta_request.h"
#include "server/offer.h"
#include "server/subscription.h"
#include "server/variant.h"

namespace binnacle::server {

// Clusters first, secrets last: the order in which changes are pushed.
inline constexpr std::array<ResourceType, translator::kResourceTypeCount> kPushOrder = {
    ResourceType::kCluster, ResourceType::kEndpoint,    ResourceType::kListener,
    ResourceType::kRoute,   ResourceType::kVirtualHost, ResourceType::kSecret};

struct TypeStatus {
  ResourceType type = ResourceType::kCluster;
  bool asked_for = false;
  SyncStatus status = SyncStatus::kNotSent;
  std::string version;
  std::string nack_reason;
};

class StreamState {
 public:
  static constexpr absl::Duration kPatience = absl::Seconds(5);
  // Of one type. Who asks for more of them by name is ended.
  static constexpr size_t kMostNames = 1'000'000;

  // `only` for the single-type services; nullopt for ADS.
  StreamState(Variant variant, std::optional<ResourceType> only);
  ~StreamState();

  struct Event {
    std::optional<ResourceType> type;  // nullopt: a type that is not served
    std::string type_url;
    Reception reception;
    // Of a NACK.
    struct Guilty {
      Suspect suspect;
      bool news = false;  // the class was not known to refuse it
    };
    std::vector<Guilty> guilty{};
    bool searching = false;  // for what is to blame
  };
  absl::StatusOr<Event> Receive(const envoy::service::discovery::v3::DiscoveryRequest& request);
  absl::StatusOr<Event> Receive(const DeltaRequest& request);

  // Whether virtual hosts can be asked for one by one.
  bool ServesVirtualHosts() const { return variant_ == Variant::kDelta && !only_.has_value(); }
  // By which name its refusals are told of.
  void set_proxy(std::string name) { proxy_ = std::move(name); }
  // What is withheld from the class has changed by what this proxy has said
  // since this was last asked.
  bool TakeNews() { return std::exchange(news_, false); }

  // From now on the proxy is to hold this.
  void Aim(std::shared_ptr<Offer> offer) {
    offer_ = std::move(offer);
    reviewed_ = false;
  }

  // What to write next; nullopt if there is nothing, or it must wait for an
  // answer (or for WakeAt()).
  std::optional<Response> Next(absl::Time now);
  // Whether Next() may have to make something that nobody has made yet.
  bool LacksOffer() const;
  // When Next() should be asked again although nothing has happened.
  absl::Time WakeAt() const;
  // The offer aimed at has been sent and every answer is in.
  bool Settled() const;

  std::vector<TypeStatus> statuses() const;
  std::vector<ResourcePtr> Held(ResourceType type) const;
  bool Wants(ResourceType type, absl::string_view name) const { return At(type).Wants(name); }
  // nullptr if it holds no such resource, or has not answered for it yet.
  ResourcePtr Acknowledged(ResourceType type, absl::string_view name) const {
    return At(type).Acknowledged(name);
  }
  Offer* offer() const { return offer_.get(); }

 private:
  Subscription& At(ResourceType type) { return *subscriptions_[static_cast<size_t>(type)]; }
  const Subscription& At(ResourceType type) const {
    return *subscriptions_[static_cast<size_t>(type)];
  }
  absl::StatusOr<std::optional<ResourceType>> TypeOf(absl::string_view type_url) const;
  bool Active(ResourceType type) const { return At(type).active(); }
  bool InFlight(ResourceType type) const { return At(type).in_flight(); }

  template <typename Kind, typename Request>
  absl::StatusOr<Event> ReceiveAs(const Request& request);
  void AfterSending(const Response& response);
  void AfterAnswer(Event& event);
  void AwaitEndpointsOf(const std::vector<ResourcePtr>& clusters);
  void Contain(Event& event);
  void NoteAccepted(ResourceType type, const std::vector<ResourcePtr>& accepted);
  Containment& ContainmentOf(ResourceType type);
  // What goes on in `type` because of refusals, before it is compared.
  void ReviewRefusals();
  void Testify(ResourceType type);
  void KeepUsersOfWhatIsMissing();
  void KeepUsersOf(const std::vector<std::string>& clusters, ResourceType type);
  bool KeepsFormerUsers() const;
  // Nothing of the type is to go, as what is kept of before may use it.
  bool Kept(ResourceType type) const;
  std::optional<Response> Ask(ResourceType type, Permit permit);
  bool EndpointsAwaited();
  Permit PermitFor(ResourceType type, bool overdue);
  bool UsersSettled() const;
  std::optional<Response> Pass(bool removals, bool overdue);
  void NoteWaiting(absl::Time now);

  const Variant variant_;
  const std::optional<ResourceType> only_;
  std::array<std::unique_ptr<Subscription>, translator::kResourceTypeCount> subscriptions_;
  // Of types of which the proxy has refused something.
  std::array<std::unique_ptr<Containment>, translator::kResourceTypeCount> containments_;
  std::shared_ptr<Offer> offer_;
  std::string proxy_;
  bool news_ = false;
  bool reviewed_ = false;  // refusals, at reviewed_at_ of the offer's
  uint64_t reviewed_at_ = 0;
  // Endpoints of clusters just added, for which the proxy has not asked yet.
  absl::flat_hash_set<std::string> awaited_endpoints_;
  absl::Time waiting_since_ = absl::InfiniteFuture();  // something is held back
  uint64_t nonces_ = 0;
};

}  // namespace binnacle::server
