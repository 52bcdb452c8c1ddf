// agent/capture.h
//
// Sets and removes the redirection of the network namespace that it runs in.
//
// Threads  call from main().
// Errors   kPermissionDenied: not root; kNotFound: no iptables;
//          kFailedPrecondition: iptables refuses, with its words.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/capture_rules.h"

namespace binnacle::agent {

enum class UseIpv6 : uint8_t {
  kAuto,  // where an interface has an address that others can reach
  kOn,
  kOff,
};

// "auto", "on", "off".
absl::StatusOr<UseIpv6> ParseUseIpv6(absl::string_view word);

absl::Status Capture(const CaptureOptions& options, UseIpv6 ipv6);
absl::Status Release();

// What Capture() would hand to iptables-restore in a namespace without rules.
std::string CaptureText(const CaptureOptions& options, UseIpv6 ipv6);
// What Release() would hand over, of the rules that are there.
absl::StatusOr<std::string> ReleaseText();

}  // namespace binnacle::agent
