// agent/capture_rules.h
//
// The iptables rules that lead a workload's TCP traffic through its Envoy:
// whatever enters goes to the inbound port, whatever leaves to the outbound
// port, except what that Envoy itself (by its user and group) says.
//
// The rules live in chains of our own, to which one rule each in PREROUTING and
// OUTPUT leads, so that they can be replaced and removed whole. Both scripts are
// for `iptables-restore --noflush`, which applies a script whole or not at all.
//
// Threads  pure functions.
// Errors   Check(): kInvalidArgument, naming the option.
// Spec     iptables-extensions(8): multiport, owner, REDIRECT. The meaning is
//          that of Istio's init container; Envoy's inbound pass-through sends
//          from 127.0.0.6 (::6).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace binnacle::agent {

struct CaptureOptions {
  // "*": all; empty: none.
  std::vector<std::string> inbound_ports = {"*"};
  std::vector<std::string> exclude_inbound_ports;
  std::vector<std::string> exclude_outbound_ports;
  // CIDRs of both families; "*": all.
  std::vector<std::string> outbound_ranges = {"*"};
  std::vector<std::string> exclude_outbound_ranges;
  uint32_t proxy_uid = 1337;
  uint32_t proxy_gid = 1337;
  uint16_t inbound_port = 15006;
  uint16_t outbound_port = 15001;

  absl::Status Check() const;
};

enum class IpFamily : uint8_t { kIpv4, kIpv6 };

// `present`: what `iptables-save -t nat` says. Running a script twice changes
// nothing; one of other options replaces what was there.
std::string CaptureScript(const CaptureOptions& options, IpFamily family,
                          absl::string_view present);
// Empty: there is nothing to remove.
std::string ReleaseScript(absl::string_view present);

}  // namespace binnacle::agent
