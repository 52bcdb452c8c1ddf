// ctl/json.h
//
// JSON as every command reads and writes it: keys keep the order in which they
// were written.
#pragma once

#include "nlohmann/json.hpp"

namespace binnacle::ctl {

using Json = nlohmann::ordered_json;

}  // namespace binnacle::ctl
