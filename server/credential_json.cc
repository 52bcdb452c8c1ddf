#include "server/credential_json.h"

#include <string>

#include "absl/strings/strip.h"
#include "policy/kind.h"

namespace binnacle::server {
namespace {

using Json = nlohmann::ordered_json;

void AddFault(const translator::CredentialFault& fault, Json& json) {
  json["server"] = fault.server;
  json["port"] = fault.port;
  json["hosts"] = fault.hosts;
  json["credential"] = std::string(absl::StripPrefix(fault.credential, "kubernetes://"));
  json["lookedForIn"] = fault.ns;
  json["reason"] = fault.reason;
}

}  // namespace

Json CredentialFaultsJson(const CredentialLedger::Faults& faults) {
  Json list = Json::array();
  for (const auto& fault : faults) {
    const policy::ObjectKey& gateway = *fault.gateway.object;
    Json json = {{"kind", std::string(policy::KindName(gateway.kind))},
                 {"namespace", gateway.ns},
                 {"name", gateway.name},
                 {"origin", fault.gateway.ToString()}};
    AddFault(fault, json);
    list.push_back(std::move(json));
  }
  return list;
}

absl::flat_hash_map<policy::ObjectKey, Json> GroupByGateway(
    const CredentialLedger::Faults& faults) {
  absl::flat_hash_map<policy::ObjectKey, Json> by_gateway;
  for (const auto& fault : faults) {
    Json json;
    AddFault(fault, json);
    by_gateway.try_emplace(*fault.gateway.object, Json::array()).first->second.push_back(json);
  }
  return by_gateway;
}

}  // namespace binnacle::server
