// ctl/ca_waiting.h
//
// Who stands between the authority and the next step of a root rotation.
//
// Threads  pure.
#pragma once

#include "ctl/console.h"
#include "ctl/json.h"

namespace binnacle::ctl {

// `waiting`: a list of {name, identity, connected, certificateUntil}. Prints
// nothing for an empty one.
void PrintWaiting(const Json& waiting, Console& console);

}  // namespace binnacle::ctl
