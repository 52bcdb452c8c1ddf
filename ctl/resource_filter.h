// ctl/resource_filter.h
//
// Which resources of a proxy somebody wants to see. What is empty does not
// restrict.
//
// Threads  one.
#pragma once

#include <string>

namespace binnacle::ctl {

struct ResourceFilter {
  std::string name;       // the resource's whole name
  std::string fqdn;       // a host or its first labels
  std::string port;       // in decimal
  std::string subset;     // of clusters and their endpoints
  std::string direction;  // "inbound" or "outbound"
  std::string address;    // of listeners and endpoints
  std::string status;     // of endpoints: "HEALTHY"
};

}  // namespace binnacle::ctl
