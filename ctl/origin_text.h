// ctl/origin_text.h
//
// Objects as the server lists them: who they are, and where they were written.
//
// Threads  pure.
#pragma once

#include <string>

#include "ctl/json.h"

namespace binnacle::ctl {

// "mesh/reviews.yaml:14", or "resourceVersion 8812".
std::string OriginText(const Json& object);

// "reviews.default"; the name alone where there is no namespace.
std::string ObjectName(const Json& object);

}  // namespace binnacle::ctl
