// server/resource_json.h
//
// Envoy resources as the JSON in which Envoy itself shows them.
//
// Threads  pure.
// Spec     Envoy's config_dump: field names as in the protobuf definitions.
#pragma once

#include "nlohmann/json.hpp"
#include "translator/resource.h"

namespace binnacle::server {

// The resource; {"name": ..., "error": ...} if it cannot be shown.
nlohmann::ordered_json ResourceJson(const translator::Resource& resource);

}  // namespace binnacle::server
