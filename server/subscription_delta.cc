#include "server/subscription_delta.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "translator/on_demand_virtual_host.h"
#include "translator/resource.h"

namespace binnacle::server {

namespace {
constexpr absl::string_view kWildcard = "*";
}

Reception SubscriptionDelta::Receive(const DeltaRequest& request) {
  const bool first = !active_;
  active_ = true;
  // A delta request says two things that do not depend on each other: how the
  // proxy took a response, and what it asks for from now on. A stale nonce
  // makes only the first of them void.
  Reception reception =
      Answered(request.response_nonce(), request.has_error_detail(), request.error_detail());
  // Legacy wildcard: nothing named in the very first request of the type.
  if (first && HasWildcardType(type_) && request.subscribe().empty()) {
    wildcard_ = wildcard_is_new_ = true;
  }
  Subscribe(request);
  Unsubscribe(request);
  if (first) {
    ToldVersions told = request.initial_resource_versions();
    told_versions_ = !told.empty();
    if (believes_) holdings_.Believe(std::move(told));
  }
  return reception;
}

void SubscriptionDelta::Subscribe(const DeltaRequest& request) {
  if (request.subscribe().empty()) return;
  std::vector<absl::string_view> names;
  names.reserve(request.subscribe().size());
  for (const absl::string_view name : request.subscribe()) {
    if (name != kWildcard) {
      names.push_back(name);
    } else if (!wildcard_) {
      wildcard_ = wildcard_is_new_ = true;
    }
  }
  if (type_ == ResourceType::kVirtualHost) Admit(names);
  holdings_.Want(names);
}

void SubscriptionDelta::Admit(std::vector<absl::string_view>& names) {
  size_t room = kMostVirtualHosts - std::min(kMostVirtualHosts, holdings_.wanted());
  std::erase_if(names, [&](absl::string_view name) {
    if (holdings_.Wants(name)) return false;
    if (room > 0) {
      --room;
      return false;
    }
    refused_.emplace_back(name);
    return true;
  });
}

void SubscriptionDelta::Unsubscribe(const DeltaRequest& request) {
  if (request.unsubscribe().empty()) return;
  std::vector<absl::string_view> names;
  names.reserve(request.unsubscribe().size());
  for (const absl::string_view name : request.unsubscribe()) {
    if (name != kWildcard) {
      names.push_back(name);
    } else if (wildcard_) {
      wildcard_ = wildcard_is_new_ = false;
      holdings_.DropUnwanted();
    }
  }
  // With a wildcard in force the proxy cannot tell whether it may keep such a
  // resource, so it is told: the resource again, or that it is gone.
  holdings_.Unwant(names, wildcard_);
}

std::optional<Response> SubscriptionDelta::Compose(Offer& offer, Difference difference) {
  // A proxy that asks for everything learns that this is nothing, unless it
  // has just told us what it holds.
  const bool say_nothing = wildcard_is_new_ && !told_versions_;
  if (difference.empty() && refused_.empty() && !say_nothing) return std::nullopt;
  Response response;
  response.version = absl::StrCat(offer.revision());
  response.changed = difference.sent;
  response.replaced = std::move(difference.replaced);
  response.resources = std::move(difference.sent);
  response.removed = std::move(difference.removed);
  AddRefused(response);
  return response;
}

// Not in `changed`: nobody is to be asked what has become of them.
void SubscriptionDelta::AddRefused(Response& response) {
  response.refused = refused_.size();
  for (std::string& name : std::exchange(refused_, {})) {
    const auto empty = translator::EmptyOnDemandVirtualHost(name);
    response.resources.push_back(translator::Resource::Make(type_, std::move(name), empty, {}));
  }
}

std::string SubscriptionDelta::VersionOf(Offer& offer) const {
  return absl::StrCat(offer.revision());
}

}  // namespace binnacle::server
