// ctl/ca_issued.h
//
// binnaclectl ca issued: every certificate that was issued.
#pragma once

#include "ctl/command.h"

namespace binnacle::ctl {

void AddCaIssuedCommand(CLI::App& ca, Invocation& invocation);

}  // namespace binnacle::ctl
