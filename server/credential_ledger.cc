#include "server/credential_ledger.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "spdlog/spdlog.h"

namespace binnacle::server {
namespace {

using translator::CredentialFault;

std::string ServerOf(const CredentialFault& fault) {
  return absl::StrCat(fault.gateway.object->ToString(), " (", fault.gateway.ToString(),
                      "), server ", fault.server.empty() ? "" : absl::StrCat(fault.server, ", "),
                      "port ", fault.port, ", hosts ", absl::StrJoin(fault.hosts, ", "));
}

}  // namespace

void CredentialLedger::Note(const std::shared_ptr<const translator::ProxyClass>& proxy,
                            uint64_t revision, std::shared_ptr<const Faults> faults) {
  absl::MutexLock lock(&mu_);
  Noted& noted = noted_[proxy.get()];
  const bool known = noted.proxy.lock() == proxy;
  if (known && (revision < noted.revision || noted.faults == faults)) return;
  noted = {proxy, revision, std::move(faults)};
  absl::erase_if(noted_, [](const auto& entry) { return entry.second.proxy.expired(); });
  TellLocked();
}

CredentialLedger::Distinct CredentialLedger::DistinctLocked() const {
  Distinct distinct;
  for (const auto& [address, noted] : noted_) {
    if (noted.proxy.expired()) continue;
    for (const CredentialFault& fault : *noted.faults) {
      if (fault.gateway.object == nullptr) continue;
      distinct.try_emplace({*fault.gateway.object, fault.server, fault.port, fault.ns,
                            fault.credential, fault.reason},
                           fault);
    }
  }
  return distinct;
}

void CredentialLedger::TellLocked() {
  Distinct now = DistinctLocked();
  for (const auto& [key, fault] : now) {
    if (told_.contains(key)) continue;
    spdlog::warn("{}: no TLS for lack of {}: {}", ServerOf(fault), fault.credential, fault.reason);
  }
  for (const auto& [key, fault] : told_) {
    if (now.contains(key)) continue;
    spdlog::info("{}: it is no longer so that {}", ServerOf(fault), fault.reason);
  }
  told_ = std::move(now);
}

CredentialLedger::Faults CredentialLedger::list() const {
  absl::MutexLock lock(&mu_);
  Faults list;
  for (auto& [key, fault] : DistinctLocked()) list.push_back(fault);
  return list;
}

}  // namespace binnacle::server
