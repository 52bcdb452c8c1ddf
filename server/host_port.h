// server/host_port.h
//
// An address to listen on, as flags write it.
//
// Threads  pure functions.
// Errors   kInvalidArgument, naming the text.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace binnacle::server {

struct HostPort {
  std::string host;  // an IPv6 address without its brackets
  int port = 0;      // 0: any free one

  std::string ToString() const;
};

// "HOST:PORT", "[::1]:PORT", or ":PORT" for 127.0.0.1.
absl::StatusOr<HostPort> ParseHostPort(const std::string& text);

}  // namespace binnacle::server
