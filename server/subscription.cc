#include "server/subscription.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace binnacle::server {

absl::string_view SyncStatusName(SyncStatus status) {
  switch (status) {
    case SyncStatus::kNotSent:
      return "NOT SENT";
    case SyncStatus::kSynced:
      return "SYNCED";
    case SyncStatus::kStale:
      return "STALE";
    case SyncStatus::kNacked:
      return "NACKED";
  }
  return "NOT SENT";
}

std::optional<Response> Subscription::Next(Offer& offer, Permit permit, absl::string_view nonce) {
  if (!active_ || in_flight()) return std::nullopt;
  if (!answered_) BeforeFirst(offer);
  // A first answer, or a first one to "*", has nothing before it to keep whole.
  if (!answered_ || wildcard_is_new_) permit.updates = true;
  Difference difference = holdings_.Take(offer, wildcard_, permit);
  compared_revision_ = offer.revision();
  std::optional<Response> response = Compose(offer, std::move(difference));
  if (!answered_ && !response.has_value() && !holdings_.empty()) {
    believed_ = true;
    acked_version_ = VersionOf(offer);
  }
  // It names what it wants as the need comes up, and needs nothing yet.
  if (type_ == ResourceType::kVirtualHost && !holdings_.wants_any()) believed_ = true;
  answered_ = true;
  wildcard_is_new_ = false;
  if (!response.has_value()) return std::nullopt;
  response->type = type_;
  response->nonce = std::string(nonce);
  pending_nonce_ = last_nonce_ = response->nonce;
  pending_version_ = response->version;
  pending_changes_ = response->changed;
  pending_replaced_ = std::move(response->replaced);
  pending_removed_ = response->removed;
  sent_ = true;
  return response;
}

Reception Subscription::Answered(absl::string_view nonce, bool has_error,
                                 const google::rpc::Status& error) {
  Reception reception;
  if (nonce.empty()) return reception;
  if (nonce != pending_nonce_) {
    reception.stale = nonce != last_nonce_;
    return reception;
  }
  pending_nonce_.clear();
  reception.answered = std::exchange(pending_changes_, {});
  reception.before = std::exchange(pending_replaced_, {});
  reception.removed = std::exchange(pending_removed_, {});
  nacked_ = has_error;
  if (has_error) {
    reception.answer = Reception::Answer::kNack;
    reception.error =
        error.message().empty() ? absl::StrCat("code ", error.code()) : error.message();
    nack_reason_ = reception.error;
  } else {
    reception.answer = Reception::Answer::kAck;
    acked_version_ = std::move(pending_version_);
    if (!refusing_) nack_reason_.clear();
  }
  return reception;
}

void Subscription::set_refusing(bool refusing) {
  refusing_ = refusing;
  if (!refusing_ && !nacked_) nack_reason_.clear();
}

SyncStatus Subscription::status(uint64_t newest_revision, bool removals_matter) const {
  if (nacked_ || refusing_) return SyncStatus::kNacked;
  if (!sent_ && !believed_) return SyncStatus::kNotSent;
  if (in_flight() || updates_wait() || (removals_matter && removals_wait()))
    return SyncStatus::kStale;
  return compared_revision_ < newest_revision ? SyncStatus::kStale : SyncStatus::kSynced;
}

}  // namespace binnacle::server
