// server/refusal_json.h
//
// Refusals as JSON for people and scripts, and by the objects to blame.
//
// Threads  pure.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "nlohmann/json.hpp"
#include "policy/object.h"
#include "server/refusals.h"

namespace binnacle::server {

// The same version refused by proxies of several classes is one entry: {type,
// resource, virtualHost (where only that is refused), version, reason, proxy,
// since, withheld, classes, objects: [{kind, namespace, name, origin}]}.
nlohmann::ordered_json RefusalsJson(const std::vector<Refusal>& refusals);

// The entries of RefusalsJson() that name each object, less `objects`.
using RefusalsByObject = absl::flat_hash_map<policy::ObjectKey, nlohmann::ordered_json>;
RefusalsByObject GroupByObject(const std::vector<Refusal>& refusals);

// How many versions are refused, by type.
std::array<size_t, translator::kResourceTypeCount> CountByType(
    const std::vector<Refusal>& refusals);

}  // namespace binnacle::server
