#include "server/subscription_sotw.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"

namespace binnacle::server {

using envoy::service::discovery::v3::DiscoveryRequest;

namespace {

constexpr absl::string_view kWildcard = "*";
// Which is nobody's.
constexpr absl::string_view kSomeVersion = "?";

// A proxy with a version to tell holds something under these names; what, it
// cannot say.
ToldVersions SomeVersions(const DiscoveryRequest& request) {
  auto text = std::make_shared<std::string>(absl::StrJoin(request.resource_names(), ""));
  std::vector<ToldVersions::Entry> entries;
  entries.reserve(request.resource_names().size());
  absl::string_view rest = *text;
  for (const std::string& name : request.resource_names()) {
    entries.push_back({rest.substr(0, name.size()), kSomeVersion});
    rest.remove_prefix(name.size());
  }
  return {std::move(text), std::move(entries)};
}

// A cluster that is gone from the mesh may be warming in the proxy, which says
// nothing more of clusters until it is warm: that takes an answer, even if it is
// what there was before, or that there is nothing to send to.
void FillVacancies(const std::vector<Difference::Vacancy>& vacant,
                   std::vector<ResourcePtr>& resources) {
  for (const auto& [name, held] : vacant) {
    if (held != nullptr) {
      resources.push_back(held);
      continue;
    }
    envoy::config::endpoint::v3::ClusterLoadAssignment nothing;
    nothing.set_cluster_name(name);
    resources.push_back(translator::Resource::Make(ResourceType::kEndpoint, name, nothing, {}));
  }
}

}  // namespace

Reception SubscriptionSotw::Receive(const DiscoveryRequest& request) {
  if (!active_) {
    // A first request speaks of no response of this stream, whatever nonce a
    // proxy has kept from an earlier one.
    active_ = true;
    told_version_ = request.version_info();
    AskFor(request);
    if (believes_ && !told_version_.empty() && !HasWildcardType(type_)) {
      holdings_.Believe(SomeVersions(request));
    }
    return {};
  }
  Reception reception =
      Answered(request.response_nonce(), request.has_error_detail(), request.error_detail());
  // A request made before the proxy saw our last response is void as a whole:
  // the answer to that response will say the same names again.
  if (in_flight()) reception.stale = true;
  if (!reception.stale) AskFor(request);
  return reception;
}

void SubscriptionSotw::AskFor(const DiscoveryRequest& request) {
  std::vector<absl::string_view> names(request.resource_names().begin(),
                                       request.resource_names().end());
  const bool starred = std::erase(names, kWildcard) != 0;
  if (!names.empty() || starred) named_before_ = true;
  const bool wildcard = starred || (HasWildcardType(type_) && !named_before_);
  if (wildcard && !wildcard_) wildcard_is_new_ = true;
  const bool wildcard_ended = wildcard_ && !wildcard;
  wildcard_ = wildcard;
  if (holdings_.WantExactly(names)) asked_anew_ = true;
  if (wildcard_ended) {
    holdings_.DropUnwanted();
    asked_anew_ = true;
  }
}

void SubscriptionSotw::BeforeFirst(Offer& offer) {
  // Safe only for a bare wildcard: then what the version stands for cannot
  // differ from what is asked for now.
  if (told_version_.empty() || !wildcard_ || holdings_.wants_any()) return;
  auto all = offer.All(type_);
  if (all->version() != told_version_) return;
  holdings_.BelieveAll(std::move(all));
  wildcard_is_new_ = false;
}

std::optional<Response> SubscriptionSotw::Compose(Offer&, Difference difference) {
  const bool asked = wildcard_is_new_ || std::exchange(asked_anew_, false);
  if (difference.empty() && !asked) return std::nullopt;
  Response response;
  response.changed = std::move(difference.sent);
  response.replaced = std::move(difference.replaced);
  if (!HasWildcardType(type_)) {
    // That a name is gone cannot be said here. An answer that holds nothing
    // would say nothing, but the first one lets the proxy go on.
    const bool endpoints = type_ == ResourceType::kEndpoint;
    if (response.changed.empty() && difference.unknown == 0 &&
        (!endpoints || difference.vacant.empty())) {
      return std::nullopt;
    }
    response.resources = response.changed;
    if (endpoints) FillVacancies(difference.vacant, response.resources);
    response.version = holdings_.Version();
    return response;
  }
  response.resources = holdings_.held();
  response.version = holdings_.Version();
  return response;
}

std::string SubscriptionSotw::VersionOf(Offer&) const { return told_version_; }

}  // namespace binnacle::server
