// agent/host_port.h
//
// Network addresses as flags give them.
//
// Threads  none of its own.
// Errors   kInvalidArgument, with an example of what is meant.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace binnacle::agent {

struct HostPort {
  std::string host;  // without brackets
  uint16_t port = 0;

  std::string ToString() const;  // with brackets around an IPv6 address
  // Where whoever listens on it is reached from here: 0.0.0.0 is everybody's,
  // so on loopback.
  HostPort FromHere() const;
  friend bool operator==(const HostPort&, const HostPort&) = default;
};

// "host:port", "[::1]:port".
absl::StatusOr<HostPort> ParseHostPort(absl::string_view text);

bool IsIpv4Address(absl::string_view text);
bool IsIpv6Address(absl::string_view text);
bool IsIpAddress(absl::string_view text);

// A port of `host` (an IP address) that nobody listens on at this moment.
absl::StatusOr<uint16_t> FreePort(const std::string& host);

// The first address of this machine that is neither loopback nor link-local,
// IPv4 before IPv6; empty if there is none.
std::string OwnAddress();

}  // namespace binnacle::agent
