// ctl/ca_rotate.h
//
// binnaclectl ca rotate: the change from one root to the next.
#pragma once

#include "ctl/command.h"

namespace binnacle::ctl {

void AddCaRotateCommand(CLI::App& ca, Invocation& invocation);

}  // namespace binnacle::ctl
