// ctl/ca_root.h
//
// binnaclectl ca root: the trust bundle, as PEM.
#pragma once

#include "ctl/command.h"

namespace binnacle::ctl {

void AddCaRootCommand(CLI::App& ca, Invocation& invocation);

}  // namespace binnacle::ctl
