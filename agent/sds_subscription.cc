#include "agent/sds_subscription.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/secret_resource.h"
#include "spdlog/spdlog.h"

namespace binnacle::agent {
namespace {

absl::Status CheckType(const std::string& type_url) {
  if (type_url.empty() || type_url == kSecretTypeUrl) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("the agent serves secrets, not ", type_url));
}

std::string Names(const std::vector<SecretPtr>& secrets) {
  return absl::StrJoin(secrets, ", ", [](std::string* out, const SecretPtr& secret) {
    absl::StrAppend(out, secret->name);
  });
}

}  // namespace

SdsSubscription::~SdsSubscription() {
  for (const auto& [name, version] : sent_) source_.Release(name);
  acknowledgements_.Leave(stream_);
}

absl::Status SdsSubscription::OnRequest(const DiscoveryRequest& request) {
  if (auto checked = CheckType(request.type_url()); !checked.ok()) return checked;
  const bool stale = !request.response_nonce().empty() &&
                     !Settle(request.response_nonce(), !request.has_error_detail(),
                             request.error_detail().message());
  // The answer to a newer response is on its way and will name what it wants.
  if (stale) return absl::OkStatus();
  const std::set<std::string> wanted(request.resource_names().begin(),
                                     request.resource_names().end());
  std::vector<std::string> dropped;
  for (const auto& [name, version] : sent_) {
    if (wanted.count(name) == 0) dropped.push_back(name);
  }
  for (const std::string& name : dropped) Unsubscribe(name);
  for (const std::string& name : wanted) {
    if (sent_.count(name) == 0) Subscribe(name, "");
  }
  return absl::OkStatus();
}

absl::Status SdsSubscription::OnRequest(const DeltaDiscoveryRequest& request) {
  if (auto checked = CheckType(request.type_url()); !checked.ok()) return checked;
  if (!request.response_nonce().empty()) {
    Settle(request.response_nonce(), !request.has_error_detail(), request.error_detail().message());
  }
  for (const std::string& name : request.resource_names_unsubscribe()) Unsubscribe(name);
  for (const std::string& name : request.resource_names_subscribe()) {
    const auto held = request.initial_resource_versions().find(name);
    Subscribe(name, held == request.initial_resource_versions().end() ? "" : held->second);
  }
  return absl::OkStatus();
}

// Once more for a name that is subscribed to already: it is to be sent again.
void SdsSubscription::Subscribe(const std::string& name, const std::string& held) {
  const bool known = !sent_.insert_or_assign(name, held).second;
  if (!known) source_.Want(name);
  acknowledgements_.Subscribed(stream_, name, held);
}

void SdsSubscription::Unsubscribe(const std::string& name) {
  if (sent_.erase(name) == 0) return;
  source_.Release(name);
  acknowledgements_.Unsubscribed(stream_, name);
}

bool SdsSubscription::Settle(const std::string& nonce, bool taken, const std::string& why) {
  if (!in_flight_.has_value() || in_flight_->nonce != nonce) return false;
  const InFlight settled = *std::exchange(in_flight_, std::nullopt);
  if (!taken) spdlog::warn("sds: Envoy refuses {}: {}", Names(settled.secrets), why);
  for (const SecretPtr& secret : settled.secrets) {
    if (sent_.count(secret->name) == 0) continue;
    if (taken) {
      acknowledgements_.Taken(stream_, secret->name, secret->version);
    } else {
      acknowledgements_.Refused(stream_, secret->name, secret->version, why);
    }
  }
  return true;
}

std::vector<SecretPtr> SdsSubscription::TakeDue() {
  std::vector<SecretPtr> due;
  if (in_flight_.has_value()) return due;
  for (auto& [name, version] : sent_) {
    SecretPtr secret = store_.Find(name);
    if (secret == nullptr || secret->version == version) continue;
    version = secret->version;
    due.push_back(std::move(secret));
  }
  if (!due.empty()) in_flight_ = InFlight{absl::StrCat(++last_nonce_), due};
  return due;
}

bool SdsSubscription::Next(DiscoveryResponse& response) {
  const std::vector<SecretPtr> due = TakeDue();
  if (due.empty()) return false;
  response.Clear();
  response.set_type_url(std::string(kSecretTypeUrl));
  response.set_nonce(in_flight_->nonce);
  for (const SecretPtr& secret : due) {
    auto& resource = *response.add_resources();
    resource.set_type_url(std::string(kSecretTypeUrl));
    resource.set_value(secret->resource.text());
    absl::StrAppend(response.mutable_version_info(), response.version_info().empty() ? "" : "+",
                    secret->version);
  }
  return true;
}

bool SdsSubscription::Next(DeltaDiscoveryResponse& response) {
  const std::vector<SecretPtr> due = TakeDue();
  if (due.empty()) return false;
  response.Clear();
  response.set_type_url(std::string(kSecretTypeUrl));
  response.set_nonce(in_flight_->nonce);
  for (const SecretPtr& secret : due) {
    auto& resource = *response.add_resources();
    resource.set_name(secret->name);
    resource.set_version(secret->version);
    resource.mutable_resource()->set_type_url(std::string(kSecretTypeUrl));
    resource.mutable_resource()->set_value(secret->resource.text());
  }
  return true;
}

}  // namespace binnacle::agent
