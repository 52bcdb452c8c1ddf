// ctl/finding_json.h
//
// Findings as scripts read them.
//
// Threads  pure.
#pragma once

#include <vector>

#include "ctl/json.h"
#include "policy/finding.h"

namespace binnacle::ctl {

// A list of {code, severity, kind, namespace, name, file, line, column, field,
// message, remedy}; severity is "error" or "warning".
Json FindingsAsJson(const std::vector<policy::Finding>& findings);

}  // namespace binnacle::ctl
