// ctl/get.h
//
// binnaclectl get: the objects in effect, and where each was written.
#pragma once

#include "ctl/command.h"

namespace binnacle::ctl {

void AddGetCommand(CLI::App& program, Invocation& invocation);

}  // namespace binnacle::ctl
