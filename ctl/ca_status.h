// ctl/ca_status.h
//
// binnaclectl ca status: which certificates it works with, how long they last, and how a
// change of root stands.
#pragma once

#include "ctl/command.h"

namespace binnacle::ctl {

void AddCaStatusCommand(CLI::App& ca, Invocation& invocation);

}  // namespace binnacle::ctl
