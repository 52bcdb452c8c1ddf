// ctl/authn.h
//
// binnaclectl authn tls-check: whether clients send, service by service, what
// servers take.
#pragma once

#include "ctl/command.h"

namespace binnacle::ctl {

void AddAuthnCommand(CLI::App& program, Invocation& invocation);

}  // namespace binnacle::ctl
