// server/subscription.h
//
// The state of one resource type on one stream: what the proxy asked for, what
// it was sent, and how it answered. What both variants of the protocol share;
// SubscriptionSotw and SubscriptionDelta add how requests are read and what a
// response holds.
//
// At most one response is in flight: until it is answered, Next() gives none,
// and what changes meanwhile becomes one response afterwards.
//
// Threads  belongs to one stream's strand.
// Spec     xDS protocol: ACK, NACK, nonces.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/rpc/status.pb.h"
#include "server/holdings.h"
#include "server/offer.h"

namespace binnacle::server {

struct Response {
  ResourceType type = ResourceType::kCluster;
  std::string version;  // of state of the world: version_info; of delta: for people
  std::string nonce;
  std::vector<ResourcePtr> resources;  // as they go on the wire
  std::vector<std::string> removed;    // delta only
  // Those among `resources` that were not sent before, or changed, or were
  // asked for anew.
  std::vector<ResourcePtr> changed;
  std::vector<ResourcePtr> replaced;  // what each of `changed` takes the place of
  size_t refused = 0;                 // of `resources`: empty, as the proxy asks for too many
};

// What a request turned out to be.
struct Reception {
  enum class Answer : uint8_t { kNone, kAck, kNack };
  Answer answer = Answer::kNone;
  bool stale = false;                 // of a response before the last: says nothing
  std::vector<ResourcePtr> answered;  // what the answered response changed
  std::vector<ResourcePtr> before;    // what each took the place of, or nullptr
  std::vector<std::string> removed;   // what it told to be gone
  std::string error;                  // of a NACK
};

enum class SyncStatus : uint8_t { kNotSent, kSynced, kStale, kNacked };
// "NOT SENT", "SYNCED", ...
absl::string_view SyncStatusName(SyncStatus status);

class Subscription {
 public:
  explicit Subscription(ResourceType type) : type_(type), holdings_(type) {}
  virtual ~Subscription() = default;
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  ResourceType type() const { return type_; }
  bool active() const { return active_; }  // the proxy asked for this type
  bool in_flight() const { return !pending_nonce_.empty(); }
  // What the proxy will say that it holds cannot be relied on.
  void Disbelieve() { believes_ = false; }
  bool updates_wait() const { return holdings_.updates_wait(); }
  bool removals_wait() const { return holdings_.removals_wait(); }
  bool Wants(absl::string_view name) const { return wildcard_ || holdings_.Wants(name); }
  bool wants_any() const { return wildcard_ || holdings_.wants_any(); }
  size_t names_wanted() const { return holdings_.wanted(); }
  // Resources among `names` that the proxy holds are sent again.
  void Repeat(const std::set<std::string>& names) { holdings_.Repeat(names); }
  bool HasOwn(absl::string_view name) const { return holdings_.HasOwn(name); }
  void Distrust(const std::vector<Doubt>& doubts) { holdings_.Distrust(doubts); }
  // Whether the proxy goes without something that it has refused: its status
  // says so also after it has acknowledged other things.
  void set_refusing(bool refusing);

  // What to send now, if anything; it is then in flight under `nonce`.
  std::optional<Response> Next(Offer& offer, Permit permit, absl::string_view nonce);

  // `removals_matter`: a proxy that has more than it should is stale.
  SyncStatus status(uint64_t newest_revision, bool removals_matter = true) const;
  const std::string& acked_version() const { return acked_version_; }
  const std::string& nack_reason() const { return nack_reason_; }
  std::vector<ResourcePtr> held() const { return holdings_.held(); }
  // What it holds under that name and has not refused; nullptr while an answer
  // is awaited.
  ResourcePtr Acknowledged(absl::string_view name) const {
    return in_flight() || nacked_ ? nullptr : holdings_.HeldAs(name);
  }

 protected:
  // Reads the answer that a request may carry.
  Reception Answered(absl::string_view nonce, bool has_error, const google::rpc::Status& error);

  // Fills in what goes on the wire; nullopt if that is nothing after all.
  virtual std::optional<Response> Compose(Offer& offer, Difference difference) = 0;
  // Called before the first comparison with an offer.
  virtual void BeforeFirst(Offer&) {}
  // The version of an offer that the proxy turns out to hold already.
  virtual std::string VersionOf(Offer& offer) const = 0;

  static bool HasWildcardType(ResourceType type) {
    return type == ResourceType::kCluster || type == ResourceType::kListener;
  }

  const ResourceType type_;
  Holdings holdings_;
  bool active_ = false;
  bool wildcard_ = false;
  bool believes_ = true;
  bool answered_ = false;         // compared with an offer since the first request
  bool wildcard_is_new_ = false;  // asked for, and not answered yet

 private:
  std::string last_nonce_;
  std::string pending_nonce_;
  std::string pending_version_;
  std::vector<ResourcePtr> pending_changes_;
  std::vector<ResourcePtr> pending_replaced_;
  std::vector<std::string> pending_removed_;
  std::string acked_version_;
  std::string nack_reason_;
  bool nacked_ = false;    // the last answer
  bool refusing_ = false;  // something, whatever the last answer was
  bool sent_ = false;
  bool believed_ = false;  // it held everything when it came
  uint64_t compared_revision_ = 0;
};

}  // namespace binnacle::server
