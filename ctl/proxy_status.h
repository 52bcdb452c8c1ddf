// ctl/proxy_status.h
//
// binnaclectl proxy-status: which proxies are connected, and whether each holds
// what it should.
#pragma once

#include "ctl/command.h"

namespace binnacle::ctl {

void AddProxyStatusCommand(CLI::App& program, Invocation& invocation);

}  // namespace binnacle::ctl
