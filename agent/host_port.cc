#include "agent/host_port.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace binnacle::agent {
namespace {

// The text of an address one can be reached at from elsewhere; else empty.
std::string ReachableAddress(const sockaddr* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address->sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof(in));
    inet_ntop(AF_INET, &in.sin_addr, text.data(), text.size());
  } else if (address->sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, address, sizeof(in));
    if (IN6_IS_ADDR_LINKLOCAL(&in.sin6_addr)) return "";
    inet_ntop(AF_INET6, &in.sin6_addr, text.data(), text.size());
  }
  return text.data();
}

}  // namespace

std::string HostPort::ToString() const {
  return absl::StrContains(host, ':') ? absl::StrCat("[", host, "]:", port)
                                      : absl::StrCat(host, ":", port);
}

HostPort HostPort::FromHere() const {
  if (host == "0.0.0.0") return {"127.0.0.1", port};
  if (host == "::") return {"::1", port};
  return *this;
}

absl::StatusOr<HostPort> ParseHostPort(absl::string_view text) {
  const size_t colon = text.rfind(':');
  uint32_t port = 0;
  if (colon == absl::string_view::npos || colon == 0 ||
      !absl::SimpleAtoi(text.substr(colon + 1), &port) || port > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" is no HOST:PORT, as in 127.0.0.1:15012"));
  }
  absl::string_view host = text.substr(0, colon);
  if (absl::StartsWith(host, "[") && absl::EndsWith(host, "]")) {
    host = host.substr(1, host.size() - 2);
  } else if (absl::StrContains(host, ':')) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\": an IPv6 address needs brackets, as in [::1]:15012"));
  }
  return HostPort{std::string(host), static_cast<uint16_t>(port)};
}

bool IsIpv4Address(absl::string_view text) {
  in_addr address{};
  return inet_pton(AF_INET, std::string(text).c_str(), &address) == 1;
}

bool IsIpv6Address(absl::string_view text) {
  in6_addr address{};
  return inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

bool IsIpAddress(absl::string_view text) { return IsIpv4Address(text) || IsIpv6Address(text); }

absl::StatusOr<uint16_t> FreePort(const std::string& host) {
  sockaddr_in6 six{};
  sockaddr_in four{};
  const bool is_six = IsIpv6Address(host);
  six.sin6_family = AF_INET6;
  four.sin_family = AF_INET;
  if (is_six) {
    inet_pton(AF_INET6, host.c_str(), &six.sin6_addr);
  } else if (inet_pton(AF_INET, host.c_str(), &four.sin_addr) != 1) {
    return absl::InvalidArgumentError(absl::StrCat("\"", host, "\" is no IP address"));
  }
  auto* address = is_six ? reinterpret_cast<sockaddr*>(&six) : reinterpret_cast<sockaddr*>(&four);
  socklen_t length = is_six ? sizeof(six) : sizeof(four);
  const int listener = socket(is_six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool bound = listener >= 0 && bind(listener, address, length) == 0 &&
                     getsockname(listener, address, &length) == 0;
  const int error = errno;
  if (listener >= 0) close(listener);
  if (!bound) return absl::ErrnoToStatus(error, absl::StrCat("no free port on ", host));
  return ntohs(is_six ? six.sin6_port : four.sin_port);
}

std::string OwnAddress() {
  ifaddrs* found = nullptr;
  if (getifaddrs(&found) != 0) return "";
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> all(found, &freeifaddrs);
  std::string six;
  for (const ifaddrs* entry = all.get(); entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || (entry->ifa_flags & IFF_LOOPBACK) != 0U) continue;
    std::string address = ReachableAddress(entry->ifa_addr);
    if (address.empty()) continue;
    if (entry->ifa_addr->sa_family == AF_INET) return address;
    if (six.empty()) six = std::move(address);
  }
  return six;
}

}  // namespace binnacle::agent
