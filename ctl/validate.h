// ctl/validate.h
//
// binnaclectl validate: are these files sound? Asks no server.
#pragma once

#include "ctl/command.h"

namespace binnacle::ctl {

void AddValidateCommand(CLI::App& program, Invocation& invocation);

}  // namespace binnacle::ctl
