// agent/server_address.h
//
// Where the control plane is, and who it has to be.
//
// Threads  a value.
#pragma once

#include <string>

#include "agent/host_port.h"
#include "ca/service_channel.h"

namespace binnacle::agent {

struct ServerAddress {
  HostPort address;
  std::string name;  // that its certificate must bear (DNS)

  ca::ServiceAddress service() const { return {address.ToString(), name}; }
};

}  // namespace binnacle::agent
