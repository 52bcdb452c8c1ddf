// server/credential_json.h
//
// What gateways lack of the secrets that their Gateways name, as JSON for people
// and scripts.
//
// Threads  pure.
#pragma once

#include "absl/container/flat_hash_map.h"
#include "nlohmann/json.hpp"
#include "policy/object.h"
#include "server/credential_ledger.h"

namespace binnacle::server {

// A list of {kind, namespace, name, origin, server, port, hosts, credential,
// lookedForIn (a namespace), reason}.
nlohmann::ordered_json CredentialFaultsJson(const CredentialLedger::Faults& faults);

// The same by Gateway, less what says which one it is.
absl::flat_hash_map<policy::ObjectKey, nlohmann::ordered_json> GroupByGateway(
    const CredentialLedger::Faults& faults);

}  // namespace binnacle::server
