// ctl/ca_request.h
//
// binnaclectl ca request: a certificate of the mesh for a person, as files.
#pragma once

#include "ctl/command.h"

namespace binnacle::ctl {

void AddCaRequestCommand(CLI::App& ca, Invocation& invocation);

}  // namespace binnacle::ctl
