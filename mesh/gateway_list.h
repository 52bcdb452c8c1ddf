// mesh/gateway_list.h
//
// Every Gateway object, in order of precedence.
#pragma once

#include <memory>
#include <vector>

#include "policy/object.h"

namespace binnacle::mesh {

using GatewayList = std::vector<std::shared_ptr<const policy::Object>>;  // kind kGateway

}  // namespace binnacle::mesh
