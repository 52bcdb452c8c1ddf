#include "server/subscription_delta.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace binnacle::server {

using envoy::service::discovery::v3::DeltaDiscoveryRequest;

namespace {

constexpr absl::string_view kWildcard = "*";

ToldVersions Told(const DeltaDiscoveryRequest& request) {
  auto text = std::make_shared<std::string>();
  for (const auto& [name, version] : request.initial_resource_versions()) {
    absl::StrAppend(text.get(), name, version);
  }
  std::vector<ToldVersions::Entry> entries;
  entries.reserve(request.initial_resource_versions().size());
  absl::string_view rest = *text;
  for (const auto& [name, version] : request.initial_resource_versions()) {
    entries.push_back({rest.substr(0, name.size()), rest.substr(name.size(), version.size())});
    rest.remove_prefix(name.size() + version.size());
  }
  return {std::move(text), std::move(entries)};
}

}  // namespace

Reception SubscriptionDelta::Receive(const DeltaDiscoveryRequest& request) {
  const bool first = !active_;
  active_ = true;
  // A delta request says two things that do not depend on each other: how the
  // proxy took a response, and what it asks for from now on. A stale nonce
  // makes only the first of them void.
  Reception reception =
      Answered(request.response_nonce(), request.has_error_detail(), request.error_detail());
  // Legacy wildcard: nothing named in the very first request of the type.
  if (first && HasWildcardType(type_) && request.resource_names_subscribe().empty()) {
    wildcard_ = wildcard_is_new_ = true;
  }
  Subscribe(request);
  Unsubscribe(request);
  if (first && !request.initial_resource_versions().empty()) {
    told_versions_ = true;
    holdings_.Believe(Told(request));
  }
  return reception;
}

void SubscriptionDelta::Subscribe(const DeltaDiscoveryRequest& request) {
  if (request.resource_names_subscribe().empty()) return;
  std::vector<absl::string_view> names;
  names.reserve(request.resource_names_subscribe().size());
  for (const std::string& name : request.resource_names_subscribe()) {
    if (name != kWildcard) {
      names.push_back(name);
    } else if (!wildcard_) {
      wildcard_ = wildcard_is_new_ = true;
    }
  }
  holdings_.Want(names);
}

void SubscriptionDelta::Unsubscribe(const DeltaDiscoveryRequest& request) {
  if (request.resource_names_unsubscribe().empty()) return;
  std::vector<absl::string_view> names;
  names.reserve(request.resource_names_unsubscribe().size());
  for (const std::string& name : request.resource_names_unsubscribe()) {
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
  if (difference.empty() && !say_nothing) return std::nullopt;
  Response response;
  response.version = absl::StrCat(offer.revision());
  response.changed = difference.sent;
  response.replaced = std::move(difference.replaced);
  response.resources = std::move(difference.sent);
  response.removed = std::move(difference.removed);
  return response;
}

std::string SubscriptionDelta::VersionOf(Offer& offer) const {
  return absl::StrCat(offer.revision());
}

}  // namespace binnacle::server
