// ctl/ca.h
//
// binnaclectl ca: the certificate authority, what it has issued, and the change
// of its root.
#pragma once

#include "ctl/command.h"

namespace binnacle::ctl {

void AddCaCommand(CLI::App& program, Invocation& invocation);

}  // namespace binnacle::ctl
