// ctl/token.h
//
// binnaclectl token: tokens by which agents get their first certificate.
#pragma once

#include "ctl/command.h"

namespace binnacle::ctl {

void AddTokenCommand(CLI::App& program, Invocation& invocation);

}  // namespace binnacle::ctl
