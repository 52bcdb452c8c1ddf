// server/object_json.h
//
// Policy objects and findings as JSON for people and scripts.
//
// Threads  pure.
// Spec     design section 4: shapes that scripts rely on.
#pragma once

#include "nlohmann/json.hpp"
#include "policy/finding.h"
#include "policy/object.h"

namespace binnacle::server {

// {apiVersion, kind, metadata, spec (or a Kubernetes object's own fields),
// origin}. What a Secret holds is left out.
nlohmann::ordered_json ObjectJson(const policy::Object& object);

// {code, severity, kind, namespace, name, file, line, column, field, message,
// remedy}
nlohmann::ordered_json FindingJson(const policy::Finding& finding);

}  // namespace binnacle::server
