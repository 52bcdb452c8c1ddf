// ctl/proxy_config.h
//
// binnaclectl proxy-config: what a proxy was sent, as tables or as Envoy's own
// JSON.
#pragma once

#include "ctl/command.h"

namespace binnacle::ctl {

void AddProxyConfigCommand(CLI::App& program, Invocation& invocation);

}  // namespace binnacle::ctl
